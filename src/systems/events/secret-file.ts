import { readFile } from 'node:fs/promises';
import { failureWords } from '../../util/pure/system-failure.ts';
import { eventsError } from './errors.ts';

/**
 * The first line of a file that holds a secret. It is read when it is needed, since mounted secrets are renewed.
 *
 * @param what - for messages: `token`, `password`.
 * @throws EVENTS_SECRET_UNREADABLE when it can't be read or its first line is empty.
 */
export async function readSecretFile(what: string, path: string): Promise<string> {
  const secret = (await readSettingsFile(what, path)).split(/\r?\n/, 1)[0]?.trim() ?? '';
  if (secret !== '') return secret;
  throw eventsError('EVENTS_SECRET_UNREADABLE', `reading the ${what} from ${path}: its first line is empty`);
}

/** A small text file that the settings name. @throws EVENTS_SECRET_UNREADABLE */
export async function readSettingsFile(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw eventsError('EVENTS_SECRET_UNREADABLE', `reading the ${what} from ${path}: ${failureWords(error)}`, {
      cause: error,
    });
  }
}
