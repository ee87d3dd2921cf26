// Digest authentication, for real k6: the user and the password are in the URL.
import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const response = http.get(__ENV.URL, { auth: 'digest' });
  check(response, { 'status is 200': (r) => r.status === 200 });
}
