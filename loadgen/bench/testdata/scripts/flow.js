// Branches, loops, early returns, counters and helpers, by what the server answers.
import http from 'k6/http';
import { check, fail } from 'k6';
import exec from 'k6/execution';

const url = 'http://bin.test';

export const options = { vus: 1, iterations: 3 };

const session = { token: null, count: 0 };
let total = 0;
let last = 'none';

function ask(path, params = {}) {
  const res = http.get(`${url}${path}`, params);
  if (res.status === 404) {
    return 'missing';
  }
  if (res.json('args.x') === '1') {
    return 'one';
  } else if (res.json('args.x') === '2') {
    return 'two';
  }
  return res.json().args.x || 'other';
}

export default function () {
  total += 2;
  session.count++;
  if (!session.token) {
    const res = http.post(`${url}/post`, JSON.stringify({ token: 'abc' }), { headers: { 'Content-Type': 'application/json' } });
    session.token = res.json('json.token');
  }
  const auth = { headers: { 'X-Test': `${session.token}-${total}-${session.count}-${__ITER}-${__VU}-${exec.scenario.name}` } };
  http.get(`${url}/last/${last}`, auth);
  last = ask(`/get?x=${__ITER + 1}`);
  http.get(`${url}/answer/${last}/${ask('/get?x=9')}/${ask('/redirect/0')}`);
  for (let i = 2; i <= 4; i++) {
    for (const k of ['a', 'b']) {
      http.get(`${url}/loop/${i}/${k}`);
    }
  }
  ['p', 'q'].forEach((name, i) => http.del(`${url}/each/${name}/${i}`));
  let n = 0;
  let res;
  while (n < 3) {
    res = http.get(`${url}/get?n=${n}`);
    n = parseInt(res.json('args.n'), 10) + 1;
  }
  for (let i = 0; i < 10; i++) {
    const poll = http.get(`${url}/get?poll=${i}`);
    if (poll.json('args.poll') === '2') {
      break;
    }
  }
  const words = res.json('headers.User-Agent') === 'examples' ? 'known' : 'unknown';
  switch (last) {
    case 'one':
      http.get(`${url}/switch/first/${words}`);
      break;
    case 'two':
      http.get(`${url}/switch/second/${words}`);
      break;
    default:
      http.get(`${url}/switch/other`);
  }
  const { headers: { Host: host = 'nohost' } = {}, url: asked } = http.get(`${url}/get?d=1`).json();
  http.get(`${url}/destructured/${host}/${asked.includes('d=1')}/${asked.length}`);
  if (!check(res, { 'is fine': (r) => r.status === 200 && r.body.indexOf('args') !== -1 })) {
    fail('not fine');
  }
  if (__ITER >= 1) {
    return;
  }
  const list = http.post(`${url}/post`, JSON.stringify({ items: [{ id: 3 }, { id: 5 }] }), { headers: { 'Content-Type': 'application/json' } }).json('json.items');
  for (const item of list) {
    http.get(`${url}/item/${item.id}`);
  }
  http.get(`${url}/end/${list.length}/${list[1].id + 1}`);
}
