// Every kind of request, of body and of params.
import http from 'k6/http';
import encoding from 'k6/encoding';
import { group } from 'k6';
import { path, headers as common } from './lib/common.js';

const url = 'http://bin.test';

export const options = { vus: 1, iterations: 3 };

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 399 }, 404));

export default function () {
  const query = Object.entries({ a: 1, b: 'x y' }).map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');
  http.get(`${url}/get?${query}`, { headers: { ...common, 'X-Test': 'a"b' } });
  http.get(http.url`${url}${path(7)}`, { tags: { name: 'seven' } });
  http.head(url + '/head');
  http.options(`${url}/options`, null, { headers: common });
  http.post(`${url}/post`, 'plain text ${not} $a');
  http.post(`${url}/post`, { name: 'a b&c', list: ['1', '2'], n: 7, ok: true });
  http.post(`${url}/post`, JSON.stringify({ b: [1, 2.5, null, true], a: { 'k k': 'ü"\\' } }), { headers: { 'Content-Type': 'application/json' } });
  http.post(`${url}/post`, JSON.stringify([1, 'two']), { headers: { 'Content-Type': 'application/vnd.x+json' } });
  http.put(`${url}/put`, open_data);
  http.patch(`${url}/patch`, null);
  http.del(`${url}/delete`, 'gone', { cookies: { c: 'd', e: { value: 'f' } } });
  http.request('PURGE', `${url}/purge`, null, { redirects: 0, timeout: '5s', responseType: 'none' });
  http.get('http://user:pass@bin.test/basic-auth/user/pass');
  http.get(`${url}/get`, { headers: { Authorization: 'Basic ' + encoding.b64encode('u:p') } });
  group('cookies', () => {
    http.get(`${url}/cookies/set?kept=yes`);
    http.get(`${url}/get`);
  });
  const all = http.batch({ one: `${url}/one`, two: ['POST', `${url}/two`, { x: 'y' }], three: { method: 'PUT', url: `${url}/three`, body: 'b', params: { headers: { 'X-Test': '3' } } } });
  http.get(`${url}/after/${all.one.status}/${all['two'].json('form.x')}/${all.three.json().headers['X-Test']}`);
}

const open_data = open('./lib/body.txt');
