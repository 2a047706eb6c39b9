import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import type { ServiceError } from '../../errors.ts';
import type { Seal } from './seal.ts';
import type { SecretFile } from './secret-file.ts';
import { readable } from './tokens.ts';

export const SESSION_COOKIE = 'winnow_session';
export const SESSION_MS = 12 * 3_600_000;

const sessionSchema = z.strictObject({ name: z.string(), token: z.string(), untilMs: z.number() });

/** Sessions of browsers that signed in with a token. Nothing of them is kept: they end with their time, and with their token. */
export interface Sessions {
  /** What goes into the cookie. @param token - the person's own, of which only a digest is noted */
  begin(person: Person, token: string, nowMs: number): Promise<string>;
  personOf(cookie: string, tokens: AccessSettings['tokens'], nowMs: number): Promise<Person | undefined>;
}

export function sessionsBy(
  seal: Seal,
  open: (path: string) => SecretFile,
  onTrouble: (trouble: ServiceError) => void,
): Sessions {
  return {
    async begin({ name }, token, nowMs) {
      return await seal.sign('session', JSON.stringify({ name, token: markOf(token), untilMs: nowMs + SESSION_MS }));
    },
    async personOf(cookie, tokens, nowMs) {
      const text = await seal.open('session', cookie);
      if (text === undefined) return undefined;
      const session = sessionSchema.parse(JSON.parse(text));
      if (session.untilMs <= nowMs) return undefined;
      // The role is that of today, and whose token was taken away is out.
      const holder = tokens.find(({ name }) => name === session.name);
      const token = holder === undefined ? undefined : await readable(open(holder.tokenFile), onTrouble);
      if (holder === undefined || token === undefined || markOf(token) !== session.token) return undefined;
      return { name: holder.name, role: holder.role };
    },
  };
}

/** By which it is seen that a token is another one by now; it can't be found again from this. */
function markOf(token: string): string {
  return createHash('sha256').update(`winnow session\n${token}`).digest('base64url').slice(0, 22);
}
