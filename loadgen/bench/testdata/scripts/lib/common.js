const base = '/path';
export const headers = { Accept: 'application/json' };
export function path(n) {
  return n > 5 ? `${base}/${n}/large` : `${base}/${n}/small`;
}
export default { path };
