import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { ServiceError } from '../../errors.ts';

/** What can be guessed in a human's time is no token. */
export const LEAST_TOKEN_CHARACTERS = 16;

/** The first line of a file, read again when the file has changed. */
export interface SecretFile {
  /** @throws ACCESS_TOKEN_UNREADABLE, ACCESS_TOKEN_TOO_SHORT */
  read(): Promise<string>;
}

export function secretFile(path: string): SecretFile {
  let known: { readonly mark: string; readonly text: string } | undefined;
  return {
    async read() {
      const doing = `reading the token in ${path}`;
      try {
        const { mtimeMs, size, ino } = await stat(path);
        const mark = `${mtimeMs} ${size} ${ino}`;
        if (known?.mark !== mark) known = { mark, text: firstLine(await readFile(path, 'utf8')) };
      } catch (failure) {
        throw new ServiceError('ACCESS_TOKEN_UNREADABLE', `${doing}: ${failureWords(failure)}`, { cause: failure });
      }
      if (known.text.length < LEAST_TOKEN_CHARACTERS)
        throw new ServiceError('ACCESS_TOKEN_TOO_SHORT', `${doing}: it has ${known.text.length} characters`);
      return known.text;
    },
  };
}

/** Opens each path once. */
export function secretFiles(): (path: string) => SecretFile {
  const open = new Map<string, SecretFile>();
  return (path) => {
    const file = open.get(path) ?? secretFile(path);
    open.set(path, file);
    return file;
  };
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameSecret(first: string, second: string): boolean {
  return timingSafeEqual(sha256(first), sha256(second));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trim();
}
