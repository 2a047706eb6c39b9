import { wait } from '../wait.ts';
import { KubeError } from './kube-error.ts';
import { type GetOptions, type Json, type KubeCall, type KubeConnection, openConnection } from './kube-exchange.ts';
import { type ListOptions, listItems } from './kube-list.ts';
import { type KubeLogin, type LoginSettings, loadLogin } from './kube-login.ts';
import { createPace, type Pace } from './pace.ts';

export type { Json };

/** What is asked of a cluster. Everything throws {@link KubeError}, and the signal's reason. */
export interface KubeApi {
  /** `https://api.example:6443`, without credentials. */
  readonly server: string;
  get(path: string, signal: AbortSignal, options?: GetOptions): Promise<Json>;
  /** What is no JSON: the log of a pod. */
  text(path: string, signal: AbortSignal, options?: GetOptions): Promise<string>;
  /** @param form - how the body is merged: see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
  patch(path: string, form: 'strategic-merge' | 'merge', body: Json, signal: AbortSignal): Promise<Json>;
  put(path: string, body: Json, signal: AbortSignal): Promise<Json>;
  post(path: string, body: Json, signal: AbortSignal): Promise<Json>;
  /** Deletes only what is still as it was where preconditions are given; `Conflict` otherwise. */
  delete(path: string, preconditions: { resourceVersion?: string; uid?: string }, signal: AbortSignal): Promise<Json>;
  /**
   * The items of a list, chunk by chunk, each with the `kind` and `apiVersion` that typed lists leave out. Where the list has expired in its
   * middle it begins anew, and items come again.
   */
  list(path: string, options: ListOptions, signal: AbortSignal): AsyncGenerator<Json>;
  close(): Promise<void>;
}

export interface KubeSettings extends LoginSettings {
  /** Requests at most, on the average. Default 50. */
  readonly requestsPerSecond?: number;
  readonly times?: Partial<KubeTimes>;
}

export interface KubeTimes {
  readonly connectMs: number;
  /** For the headers of an answer, and for each pause in its body. */
  readonly answerMs: number;
  /** Attempts in all, and how long after the first one the last may begin. */
  readonly attempts: number;
  readonly retryForMs: number;
  /** Before the second attempt; twice as long before each further one. */
  readonly firstPauseMs: number;
}

const TIMES: KubeTimes = { connectMs: 10_000, answerMs: 60_000, attempts: 5, retryForMs: 90_000, firstPauseMs: 300 };
const MAX_PAUSE_MS = 30_000;
/** The server may be well in a moment. 500 is no such word: it is what stays wrong. */
const PASSING = [429, 502, 503, 504];

/** Nothing is asked yet. @throws KubeError `settings` where the kubeconfig is none, or has no such context */
export async function openKubeApi(settings: KubeSettings): Promise<KubeApi> {
  const session = new Session(settings, { ...TIMES, ...settings.times }, await loadLogin(settings));
  const get = (path: string, signal: AbortSignal, options: GetOptions = {}) =>
    session.send({ method: 'GET', path, ...options }, signal);
  return {
    server: session.server,
    get,
    text: (path, signal, options = {}) =>
      session.sendForText({ method: 'GET', path, accept: '*/*', ...options }, signal),
    patch: (path, form, body, signal) =>
      session.send({ method: 'PATCH', path, contentType: `application/${form}-patch+json`, body }, signal),
    put: (path, body, signal) => session.send({ method: 'PUT', path, contentType: 'application/json', body }, signal),
    post: (path, body, signal) => session.send({ method: 'POST', path, contentType: 'application/json', body }, signal),
    delete: (path, preconditions, signal) => {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions };
      return session.send({ method: 'DELETE', path, contentType: 'application/json', body }, signal);
    },
    list: (path, options, signal) => listItems(get, path, options, signal),
    close: () => session.close(),
  };
}

/** One cluster's connection, login and pace. */
class Session {
  readonly server: string;
  readonly #settings: KubeSettings;
  readonly #times: KubeTimes;
  readonly #connection: KubeConnection;
  readonly #pace: Pace;
  #login: KubeLogin;

  constructor(settings: KubeSettings, times: KubeTimes, login: KubeLogin) {
    this.server = login.server;
    this.#settings = settings;
    this.#times = times;
    this.#connection = openConnection(times);
    this.#pace = createPace(settings.requestsPerSecond ?? 50);
    this.#login = login;
  }

  async send(call: KubeCall, signal: AbortSignal): Promise<Json> {
    return await this.#repeat(call, (answer) => objectIn(call, answer), signal);
  }

  async sendForText(call: KubeCall, signal: AbortSignal): Promise<string> {
    return await this.#repeat({ ...call, isText: true }, String, signal);
  }

  async #repeat<T>(call: KubeCall, read: (answer: unknown) => T, signal: AbortSignal): Promise<T> {
    const { attempts, retryForMs } = this.#times;
    const lastStartMs = performance.now() + retryForMs;
    let isLoginNew = false;
    for (let made = 1; ; made++) {
      await this.#pace.turn(signal);
      try {
        return read(await this.#connection.exchange(this.#login, call, signal));
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        if (error.status === 401 && !isLoginNew) {
          // The token may have been renewed where it comes from: it is read anew, once.
          isLoginNew = true;
          this.#login = await loadLogin(this.#settings);
          continue;
        }
        const pauseMs = this.#pauseMs(made, error);
        const isLast = made >= attempts || performance.now() + pauseMs > lastStartMs;
        if (isLast || !mayRepeat(call, error)) throw error;
        await wait(pauseMs, signal);
      }
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #pauseMs(made: number, { retryAfterMs }: KubeError): number {
    const ownMs = this.#times.firstPauseMs * 2 ** (made - 1) * (0.75 + Math.random() / 2);
    return Math.min(Math.max(ownMs, retryAfterMs ?? 0), MAX_PAUSE_MS);
  }
}

/** A server that says 429 or 503 has done nothing; of an answer that got lost nobody knows. */
function mayRepeat({ method }: KubeCall, { failure, status }: KubeError): boolean {
  if (failure === 'refused')
    return PASSING.includes(status ?? 0) && (method === 'GET' || status === 429 || status === 503);
  return method === 'GET' && (failure === 'unreachable' || failure === 'malformed');
}

function objectIn({ method, path }: KubeCall, answer: unknown): Json {
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer as Json;
  throw new KubeError('malformed', `${method} ${path.replace(/\?.*/, '')}: the answer is no object`);
}
