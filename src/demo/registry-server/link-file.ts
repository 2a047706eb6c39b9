import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Digest, isDigest } from '../../oci/digest.ts';

/** What a link names. `undefined` where there is none. @throws when it names nothing: a torn or foreign file. */
export async function readLink(path: string): Promise<Digest | undefined> {
  const text = await readFile(path, 'utf8').catch(ifAbsent(undefined));
  if (text === undefined) return undefined;
  const digest = text.trim();
  if (!isDigest(digest))
    throw new Error(`reading a link of the store: ${JSON.stringify(text.slice(0, 80))} is not a digest`);
  return digest;
}

export function writeLink(path: string, digest: Digest): Promise<void> {
  return writeWhole(path, digest);
}

/** Writes a file so that it is there whole or not at all (but not fsynced), and makes its folder. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** For `.catch`: a value where a file or folder is not there. Any other failure goes on. */
export function ifAbsent<T>(value: T): (error: unknown) => T {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return value;
    throw error;
  };
}
