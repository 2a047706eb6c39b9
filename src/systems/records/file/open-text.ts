import { type FileHandle, open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { ReadingStopped, recordsError } from '../errors.ts';
import { codeOf } from '../network-failure.ts';

const CHUNK_BYTES = 256 * 1024;

/** A file open for one reading of its text. */
export interface OpenText {
  /** `reading records from the file orders.csv`: for messages. */
  readonly doing: string;
  readonly sizeBytes: number;
  /** The text in pieces. @throws RECORDS_FORMAT_INVALID where it is not UTF-8; stops when the file was changed meanwhile. */
  pieces(signal: AbortSignal): AsyncGenerator<string>;
  close(): Promise<void>;
}

/** @throws RECORDS_NOT_FOUND, RECORDS_ACCESS_DENIED, and RECORDS_EMPTY for a file of no bytes. */
export async function openText(path: string): Promise<OpenText> {
  const doing = `reading records from the file ${path}`;
  const file = await openFile(path, doing);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw recordsError('RECORDS_NOT_FOUND', `${doing}: it is not a file`);
    if (stat.size === 0) throw recordsError('RECORDS_EMPTY', `${doing}: it has 0 bytes`);
    return {
      doing,
      sizeBytes: stat.size,
      pieces: (signal) => readPieces(file, doing, signal),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string, doing: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    throw recordsError(absent ? 'RECORDS_NOT_FOUND' : 'RECORDS_ACCESS_DENIED', `${doing}: ${failureWords(error)}`);
  }
}

async function* readPieces(file: FileHandle, doing: string, signal: AbortSignal): AsyncGenerator<string> {
  const before = await file.stat();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await readAt(file, buffer, position, doing);
    if (bytesRead === 0) break;
    position += bytesRead;
    yield decode(decoder, buffer.subarray(0, bytesRead), doing);
  }
  finishDecoding(decoder, doing);
  const after = await file.stat();
  if (before.size !== after.size || before.mtimeMs !== after.mtimeMs)
    throw new ReadingStopped(
      `${doing}: it was changed while it was read`,
      'Write a new file and rename it over the old one.',
    );
}

async function readAt(file: FileHandle, buffer: Uint8Array, position: number, doing: string) {
  try {
    return await file.read(buffer, 0, buffer.length, position);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new ReadingStopped(`${doing}: ${failureWords(error)}`, 'Check the disk or the file server.');
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, doing: string): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw recordsError('RECORDS_FORMAT_INVALID', `${doing}: it is not UTF-8 text`, 'Save the file as UTF-8.');
  }
}

function finishDecoding(decoder: TextDecoder, doing: string): void {
  try {
    decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ReadingStopped(`${doing}: it ends in the middle of a character`, 'Export the records again.');
  }
}
