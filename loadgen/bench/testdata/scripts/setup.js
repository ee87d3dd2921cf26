// Set-up and tear-down, scenarios with functions of their own, and variables of theirs.
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const visits = new Counter('visits');
const url = 'http://bin.test';

export const options = {
  scenarios: {
    one: { executor: 'per-vu-iterations', vus: 1, iterations: 2, exec: 'first', env: { NAME: 'eins' } },
    two: { executor: 'shared-iterations', vus: 1, iterations: 1, exec: 'second', startTime: '0s' },
  },
  thresholds: { visits: ['count>0'] },
};

export function setup() {
  const res = http.post(`${url}/post`, JSON.stringify({ id: 42, tags: ['a', 'b'] }), { headers: { 'Content-Type': 'application/json' } });
  return { id: res.json('json.id'), tags: res.json('json.tags'), fixed: [1, 2] };
}

export function first(data) {
  http.get(`${url}/first/${data.id}/${data.tags[1]}/${data.fixed.length}/${__ENV.NAME || 'none'}`);
  visits.add(1);
}

export const second = (data) => {
  http.get(`${url}/second/${data.id}/${__ENV.NAME || 'none'}`, { tags: { kind: data.tags.join('-') } });
};

export function teardown(data) {
  http.del(`${url}/delete/${data.id}`);
}
