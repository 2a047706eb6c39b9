import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Refusal, type SpecError } from './refusal.ts';

/** What goes back: whole bytes, or a part of an open file, which is streamed and then closed. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | FilePart;
}

export interface FilePart {
  readonly file: FileHandle;
  readonly start: number;
  readonly sizeBytes: number;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  return { status, headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers }, body };
}

/** Distribution answers what it has no handler for in plain text. */
export function text(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(`${message}\n`);
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** The answer to a request that failed: the refusal's own, or `500 UNKNOWN`. */
export function failure(error: unknown): Answer {
  if (error instanceof Refusal) return json(error.status, { errors: error.errors }, error.headers);
  const unknown: SpecError = { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) };
  return json(500, { errors: [unknown] });
}

/** Sends an answer, without its body where the request is a HEAD. A client that went away meanwhile is no failure of ours. */
export async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { body } = answer;
  const sizeBytes = body === undefined ? 0 : 'file' in body ? body.sizeBytes : body.byteLength;
  try {
    response.writeHead(answer.status, {
      'Docker-Distribution-Api-Version': 'registry/2.0',
      ...(answer.status === 204 || answer.status === 304 ? {} : { 'Content-Length': String(sizeBytes) }),
      ...answer.headers,
    });
    if (request.method === 'HEAD' || body === undefined || sizeBytes === 0) response.end();
    else if ('file' in body) await pipeline(readPart(body), response);
    else response.end(body);
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    if (body !== undefined && 'file' in body) await body.file.close();
  }
}

function readPart({ file, start, sizeBytes }: FilePart) {
  return file.createReadStream({ start, end: start + sizeBytes - 1, autoClose: false });
}

const GONE = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR'];

/** Whether a stream broke because the other side closed it. */
export function isGone(error: unknown): boolean {
  return GONE.includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
