// A body that is sent compressed, for real k6.
import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const response = http.post(__ENV.URL, __ENV.BODY, { compression: __ENV.CODINGS });
  check(response, { 'status is 200': (r) => r.status === 200 });
}
