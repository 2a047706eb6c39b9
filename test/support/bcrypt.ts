import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The bcrypt hash of a password (cost 5), as htpasswd files hold it; by the C library's `crypt`, which perl makes callable. */
export function hashPassword(password: string): string {
  const salt = [...randomBytes(21)].map((byte) => ALPHABET[byte % 64]).join('');
  const hash = execFileSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', password, `$2b$05$${salt}.`], {
    encoding: 'utf8',
  });
  if (!hash.startsWith('$2b$')) throw new Error(`hashing a password: this system's crypt has no bcrypt (got ${hash})`);
  return hash;
}
