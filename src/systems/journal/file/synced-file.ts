import type { FileHandle } from 'node:fs/promises';

/** A file that is only appended to, and whose appends are on disk when they resolve. */
export interface SyncedFile {
  /** Appends in the order of the calls. Calls made while a sync runs wait for it and then share the next one. */
  append(text: string): Promise<void>;
  /** Waits for what is on its way, then closes. Never fails because of an append: whoever made that one was told. */
  close(): Promise<void>;
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (failure: unknown) => void;
}

/**
 * Appends to a file, one write and one `fdatasync` for all that came together ("group commit").
 *
 * The first failure is the last word: after a failed sync the kernel may have dropped the pages and will report success
 * the next time, so every later append fails with the same error.
 *
 * @param file - opened for appending (`a`); closed by {@link SyncedFile.close}.
 * @param explain - makes the error that callers see from what the operating system said.
 */
export function syncedFile(file: FileHandle, explain: (failure: unknown) => unknown): SyncedFile {
  let waiting: Waiting[] = [];
  let writer: Promise<void> | undefined;
  let broken: { readonly failure: unknown } | undefined;
  let closed: Promise<void> | undefined;

  function append(text: string): Promise<void> {
    if (closed !== undefined) return Promise.reject(new Error('appending to a journal that was closed'));
    if (broken !== undefined) return Promise.reject(broken.failure);
    return new Promise((resolve, reject) => {
      waiting.push({ text, resolve, reject });
      writer ??= writeAll();
    });
  }

  async function writeAll(): Promise<void> {
    await undefined; // lets everything that is appended in the same turn join the first write
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await file.appendFile(batch.map((item) => item.text).join(''));
        await file.datasync();
        for (const item of batch) item.resolve();
      } catch (failure) {
        broken = { failure: explain(failure) };
        for (const item of [...batch, ...waiting]) item.reject(broken.failure);
        waiting = [];
      }
    }
    writer = undefined;
  }

  function close(): Promise<void> {
    closed ??= Promise.resolve(writer).then(() => file.close());
    return closed;
  }

  return { append, close };
}
