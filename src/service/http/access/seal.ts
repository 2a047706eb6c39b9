import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { History } from '../../../systems/history/contract.ts';

const KEY = 'http.secret';

/** Signs small texts, so that they can be given out and believed when they come back: sessions, forms. All replicas share the secret. */
export interface Seal {
  /** @param purpose - what is signed for one purpose is good for no other */
  sign(purpose: string, text: string): Promise<string>;
  /** The text, if it was signed so. */
  open(purpose: string, signed: string): Promise<string | undefined>;
}

/** @param history - keeps the secret, and makes it once. Reading may throw HISTORY_UNAVAILABLE. */
export function sealBy(history: Pick<History, 'noted' | 'swapNote'>): Seal {
  let known: Promise<string> | undefined;
  return {
    async sign(purpose, text) {
      return `${Buffer.from(text, 'utf8').toString('base64url')}.${macOf(await secret(), purpose, text)}`;
    },
    async open(purpose, signed) {
      const [encoded = '', mac = '', ...rest] = signed.split('.');
      if (rest.length > 0 || encoded === '') return undefined;
      const text = Buffer.from(encoded, 'base64url').toString('utf8');
      const right = Buffer.from(macOf(await secret(), purpose, text));
      const given = Buffer.from(mac);
      return given.length === right.length && timingSafeEqual(given, right) ? text : undefined;
    },
  };

  function secret(): Promise<string> {
    known ??= secretOf(history).catch((failure: unknown) => {
      known = undefined;
      throw failure;
    });
    return known;
  }
}

async function secretOf(history: Pick<History, 'noted' | 'swapNote'>): Promise<string> {
  const there = await history.noted(KEY);
  if (there !== undefined) return there;
  const made = randomBytes(32).toString('hex');
  if (await history.swapNote(KEY, undefined, made)) return made;
  return await secretOf(history);
}

function macOf(secret: string, purpose: string, text: string): string {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
}
