import http from 'k6/http';
import { check, sleep } from 'k6';
import { SharedArray } from 'k6/data';

const users = new SharedArray('users', () =>
  open('./users.csv').trim().split('\n').slice(1).map((line) => {
    const [name, password] = line.split(',');
    return { name, password };
  }));

export const options = {
  scenarios: { shop: { executor: 'per-vu-iterations', vus: 5, iterations: 400 } },
};

const url = __ENV.URL;
let token;

function login(user) {
  const res = http.post(`${url}/login`, JSON.stringify({ user: user.name, password: user.password }), {
    headers: { 'Content-Type': 'application/json' },
  });
  check(res, { 'logged in': (r) => r.status === 200 });
  return res.json('token');
}

export default function () {
  const user = users[(__VU - 1) % users.length];
  if (!token) {
    token = login(user);
  }
  const params = { headers: { Authorization: `Bearer ${token}` } };
  const chance = Math.random();
  let res;
  if (chance < 0.6) {
    res = http.get(`${url}/items`, params);
  } else if (chance < 0.9) {
    res = http.get(`${url}/items/${Math.floor(Math.random() * 5) + 1}`, params);
  } else {
    res = http.post(`${url}/cart`, JSON.stringify({ item: 7, user: user.name }), {
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    });
  }
  check(res, { 'is fine': (r) => r.status >= 200 && r.status < 300 });
  sleep(0.001 + Math.random() * 0.002);
}
