import { Client, errors } from 'undici';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { runtimeFailure } from '../errors.ts';
import type { EngineVersion } from './messages.ts';

/** Docker's Engine API behind its socket. */
export interface Engine {
  /** Its version; undefined where it is no Docker. From then on it is asked in words that it understands: call it first. @throws RUNTIME_… */
  version(signal: AbortSignal): Promise<string | undefined>;
  /** The reply's JSON; undefined for 404. @throws RUNTIME_…; 409 is {@link Conflict} */
  get<Reply>(path: string, signal: AbortSignal): Promise<Reply | undefined>;
  /** The same where 404 makes no sense: of a list it is a failure, and never an empty list. @throws RUNTIME_… */
  list<Item>(path: string, signal: AbortSignal): Promise<readonly Item[]>;
  /** @returns the text of the reply, which may be several JSON documents */
  post(path: string, signal: AbortSignal): Promise<string | undefined>;
  /** Absent things are no error. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The engine refuses because something is in use. */
export class Conflict extends Error {}

/** The oldest version of the API with all that is asked here. Most newer engines serve it; Docker 29 began with 1.44. */
const OLDEST = '1.40';

/** Where an engine says what it is, and since which version of its API it serves; asked without any version. */
const ABOUT = '/version';

export function openEngine(socket: string, timeoutMs: number): Engine {
  let api = OLDEST;
  const client = new Client('http://docker', {
    connect: { socketPath: socket },
    headersTimeout: timeoutMs,
    // A pull tells its progress; only silence is a failure.
    bodyTimeout: timeoutMs,
  });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, signal: AbortSignal) => {
    const doing = `${method} ${path} at ${socket}`;
    try {
      const response = await client.request({ method, path: path === ABOUT ? path : `/v${api}${path}`, signal });
      const text = await response.body.text();
      if (response.statusCode < 300 || response.statusCode === 304) return text;
      if (response.statusCode === 404) return undefined;
      if (response.statusCode === 409) throw new Conflict(reasonIn(text));
      throw runtimeFailure('RUNTIME_FAILED', `${doing}: ${response.statusCode} ${reasonIn(text)}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CodedError || error instanceof Conflict) throw error;
      throw failureOf(error, doing, timeoutMs);
    }
  };
  return {
    version: async (signal) => {
      const about = await ask('GET', ABOUT, signal);
      const { Version, MinAPIVersion } = (parse(about ?? '{}', `GET ${ABOUT} at ${socket}`) ?? {}) as EngineVersion;
      if (typeof MinAPIVersion === 'string') api = later(OLDEST, MinAPIVersion);
      return typeof Version === 'string' ? Version : undefined;
    },
    get: async <Reply>(path: string, signal: AbortSignal) => {
      const text = await ask('GET', path, signal);
      return text === undefined ? undefined : (parse(text, `GET ${path} at ${socket}`) as Reply);
    },
    list: async <Item>(path: string, signal: AbortSignal) => {
      const doing = `GET ${path} at ${socket}`;
      const text = await ask('GET', path, signal);
      if (text === undefined) throw runtimeFailure('RUNTIME_FAILED', `${doing}: it is not found`);
      const items = parse(text, doing);
      if (!Array.isArray(items)) throw runtimeFailure('RUNTIME_UNKNOWN', `${doing}: what came back is no list`);
      return items as readonly Item[];
    },
    post: (path, signal) => ask('POST', path, signal),
    remove: async (path, signal) => void (await ask('DELETE', path, signal)),
    close: () => client.close(),
  };
}

/** Of `1.40` and `1.44`, the later. */
function later(one: string, other: string): string {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const difference = (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
  return difference < 0 ? other : one;
}

function parse(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw runtimeFailure('RUNTIME_UNKNOWN', `${doing}: what came back is no JSON, so it is no Docker`, error);
  }
}

function failureOf(error: unknown, doing: string, timeoutMs: number): CodedError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return runtimeFailure('RUNTIME_SOCKET_MISSING', `${doing}: there is no such socket`, error);
  if (code === 'EACCES' || code === 'EPERM')
    return runtimeFailure('RUNTIME_FORBIDDEN', `${doing}: permission denied`, error);
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError)
    return runtimeFailure('RUNTIME_TIMED_OUT', `${doing}: no answer within ${timeoutMs / 1000} s`, error);
  return runtimeFailure('RUNTIME_UNREACHABLE', `${doing}: ${messageOf(error)}`, error);
}

/** The engine's own words. */
function reasonIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return text.slice(0, 300);
}
