/**
 * A time as the Kubernetes API writes it (RFC 3339), in UTC milliseconds. What is missing, can't be read, or is not after 1970 (Go's
 * zero time) is unknown.
 */
export function objectTimeMs(value: unknown): number | undefined {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return atMs > 0 ? atMs : undefined;
}
