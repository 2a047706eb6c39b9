import { CodedError } from '../../../util/pure/coded-error.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { wait } from '../../../util/wait.ts';
import { integratedRegistryFailure } from '../failure.ts';
import type { RegistryLogin } from '../settings.ts';
import type { Connection } from './connection.ts';
import { connectionFailure } from './connection-failure.ts';
import { type Answer, type Errand, refusalIn } from './exchange.ts';
import { openSender } from './sender.ts';

export interface ClientSettings {
  readonly login: RegistryLogin;
  /** Repeated attempts after the first. */
  readonly retries: number;
}

/** Sends requests as the user, as often as need be, and turns what is no answer into coded errors. */
export interface Client extends Pick<Connection, 'url' | 'security'> {
  /** @param accept - statuses that are an answer. @throws INTEGRATED_REGISTRY_… */
  ask(doing: string, errand: Errand, accept: readonly number[], signal: AbortSignal): Promise<Answer>;
  /** A `DELETE`, whose 404 is an answer. */
  remove(doing: string, path: string, signal: AbortSignal): Promise<'deleted' | 'absent'>;
  /** Where an upload goes on. Of what the registry says only path and query count: it may know itself by another name. */
  uploadPath(doing: string, opened: Answer): string;
  /** An upload that nobody will go on with. A registry that can't drop it forgets it in time. */
  abandonUpload(opened: Answer, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const BASE_MS = 200;
const MAX_ANSWER_BYTES = 8192;

export function openClient(connection: Connection, { login, retries }: ClientSettings): Client {
  const { url, security } = connection;
  const sender = openSender(connection, login);

  const attempt = async (doing: string, errand: Errand, accept: readonly number[], signal: AbortSignal) => {
    const answer = await sender.send(errand, signal);
    if (accept.includes(answer.status)) return answer;
    const { codes, words } = refusalIn(answer, sender.secrets());
    const said = words === '' ? '' : ` ${words}`;
    const message = `${doing}: ${errand.method} ${url}${errand.path.split('?')[0]}: ${answer.status}${said}`;
    if (answer.status === 401 || answer.status === 403)
      throw integratedRegistryFailure('INTEGRATED_REGISTRY_UNAUTHORIZED', message);
    if (answer.status === 405 || codes.includes('UNSUPPORTED'))
      throw integratedRegistryFailure('INTEGRATED_REGISTRY_UNSUPPORTED', message);
    if (answer.status === 429 || answer.status >= 500) throw new Temporary(message);
    throw requestFailure(message);
  };

  const ask: Client['ask'] = async (doing, errand, accept, signal) => {
    for (let made = 1; ; made += 1) {
      try {
        return await attempt(doing, errand, accept, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof CodedError) throw error;
        const { words, temporary } = wordsOf(error, `${doing}: ${errand.method} ${url}`);
        // A lost answer to a POST leaves the same behind as one that came.
        if (!temporary || made > retries || errand.method === 'POST')
          throw requestFailure(made > 1 ? `${words} (tried ${made} times)` : words, error);
        await wait(BASE_MS * 2 ** (made - 1), signal);
      }
    }
  };

  return {
    ...{ url, security, ask },
    remove: async (doing, path, signal) => {
      const errand = { method: 'DELETE', path, maxBytes: MAX_ANSWER_BYTES } as const;
      const { status } = await ask(doing, errand, [200, 202, 204, 404], signal);
      return status === 404 ? 'absent' : 'deleted';
    },
    uploadPath: (doing, opened) => {
      const path = locationIn(opened, url);
      if (path === undefined) throw requestFailure(`${doing}: an upload was opened without saying where`);
      return path;
    },
    abandonUpload: async (opened, signal) => {
      const path = locationIn(opened, url);
      if (path === undefined) return;
      const errand = { method: 'DELETE', path, maxBytes: MAX_ANSWER_BYTES } as const;
      await ask('dropping an upload', errand, [200, 202, 204, 400, 404, 405], signal);
    },
    close: async () => {
      await connection.dispatcher.close();
    },
  };
}

/** @param message - what was being done, and what came back */
export function requestFailure(message: string, cause?: unknown) {
  return integratedRegistryFailure('INTEGRATED_REGISTRY_FAILED', message, { cause });
}

/** An answer that may be another in a moment. */
class Temporary extends Error {}

function wordsOf(error: unknown, doing: string): { readonly words: string; readonly temporary: boolean } {
  if (error instanceof Temporary) return { words: error.message, temporary: true };
  const { words, temporary } = connectionFailure(error);
  return { words: `${doing}: ${words}`, temporary };
}

function locationIn({ headers }: Answer, base: string): string | undefined {
  const location = headers['location'];
  if (location === undefined || readUrl(location, base) === undefined) return undefined;
  const { pathname, search } = new URL(location, base);
  return `${pathname}${search}`;
}
