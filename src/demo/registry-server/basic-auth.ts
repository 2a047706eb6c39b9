import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from './refusal.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** @throws Refusal UNAUTHORIZED unless the header holds these credentials. */
export function checkBasicAuth(header: string | undefined, credentials: Credentials): void {
  const [scheme = '', token = ''] = (header ?? '').split(' ');
  const given = scheme.toLowerCase() === 'basic' ? Buffer.from(token, 'base64').toString() : '';
  if (timingSafeEqual(hash(given), hash(`${credentials.username}:${credentials.password}`))) return;
  throw new Refusal(
    401,
    { code: 'UNAUTHORIZED', message: 'authentication required' },
    { 'WWW-Authenticate': 'Basic realm="winnow demo"' },
  );
}

/** Of equal length whatever is hashed, as the comparison wants it. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
