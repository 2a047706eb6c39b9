import { messageOf } from './coded-error.ts';

/**
 * What the operating system had against a file, in words: `no such file or directory` for Node's
 * `ENOENT: no such file or directory, open '/x'`. The path is the caller's to name. Anything else keeps its message.
 */
export function failureWords(thrown: unknown): string {
  const message = messageOf(thrown);
  if (!(thrown instanceof Error) || !('syscall' in thrown) || !('code' in thrown)) return message;
  if (thrown.code === 'EISDIR') return 'it is a directory';
  return message.replace(/^[A-Z][A-Z0-9_]*: /, '').replace(/, [a-z]+( '.*')?$/, '');
}

/** The operating system's name of what went wrong (`ENOSPC`). Undefined for anything that did not come from it. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('errno' in thrown) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
