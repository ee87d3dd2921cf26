// The main job for real k6: a request, two checks, and think time.
import http from 'k6/http';
import { check, sleep } from 'k6';

export default function () {
  const response = http.get(__ENV.URL);
  check(response, {
    'status is 200': (r) => r.status === 200,
    'body is foobar': (r) => r.body === 'foobar',
  });
  sleep(Number(__ENV.THINK));
}
