// The two checks of the main job, for real k6. Everything else is set by flags and by a file of options.
import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const response = http.get(__ENV.URL);
  check(response, {
    'status is 200': (r) => r.status === 200,
    'body is foobar': (r) => r.body === 'foobar',
  });
}
