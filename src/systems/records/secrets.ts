import { readFile } from 'node:fs/promises';
import { failureWords } from '../../util/pure/system-failure.ts';
import { recordsError } from './errors.ts';

/** Where a secret may stand. The first there is counts. */
export interface SecretPlaces {
  readonly value?: string | undefined;
  readonly file?: string | undefined;
  readonly env?: string | undefined;
}

/**
 * Fetches a secret: the value itself, the first line of the file, or the environment variable.
 *
 * @param what - for messages: `password`, `token`
 * @throws RECORDS_SECRET_UNREADABLE when the file can't be read or is empty, or the variable isn't set.
 */
export async function readSecret(what: string, places: SecretPlaces): Promise<string | undefined> {
  if (places.value !== undefined) return places.value;
  if (places.file !== undefined) {
    const secret = (await readSettingsFile(what, places.file)).split(/\r?\n/, 1)[0] ?? '';
    if (secret !== '') return secret;
    throw recordsError('RECORDS_SECRET_UNREADABLE', `reading the ${what} from ${places.file}: its first line is empty`);
  }
  if (places.env === undefined) return undefined;
  const secret = process.env[places.env];
  if (secret !== undefined && secret !== '') return secret;
  throw recordsError('RECORDS_SECRET_UNREADABLE', `reading the ${what} from the variable ${places.env}: it is not set`);
}

/** A small text file that the settings name: a secret, certificates. @throws RECORDS_SECRET_UNREADABLE */
export async function readSettingsFile(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw recordsError('RECORDS_SECRET_UNREADABLE', `reading the ${what} from ${path}: ${failureWords(error)}`);
  }
}

/** Takes secrets out of texts that come from outside: servers like to repeat what they were sent. */
export interface Hider {
  /** From now on this text, also percent-encoded, is `***`. @returns the secret */
  hide(secret: string): string;
  clean(text: string): string;
}

export function createHider(): Hider {
  const secrets = new Set<string>();
  return {
    hide(secret) {
      if (secret !== '') secrets.add(secret).add(encodeURIComponent(secret));
      return secret;
    },
    clean(text) {
      // The longest first: a short one may be part of a longer one.
      const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
    },
  };
}
