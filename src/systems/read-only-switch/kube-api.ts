import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';
import { CodedError, messageOf } from '../../util/pure/coded-error.ts';
import { readOnlyFailure } from './failure.ts';

/** What is asked of a cluster. */
export interface KubeApi {
  get(path: string, signal: AbortSignal): Promise<Json>;
  /** @param form - how the body is merged: see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
  patch(path: string, form: 'strategic-merge' | 'merge', body: Json, signal: AbortSignal): Promise<Json>;
  close(): Promise<void>;
}

export type Json = Readonly<Record<string, unknown>>;

export interface KubeSettings {
  /** A kubeconfig file. Absent: what kubectl would take, or the pod's own account inside of a cluster. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

const TIMEOUT_MS = 30_000;
const MAX_TEXT = 300;

/** @throws READ_ONLY_SETTINGS_INVALID where the kubeconfig is none, or names no such context */
export async function openKubeApi(settings: KubeSettings): Promise<KubeApi> {
  // Loaded when it is needed: it is large.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  let server: string;
  try {
    if (settings.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(settings.kubeconfig);
    if (settings.context !== undefined) config.setCurrentContext(settings.context);
    server = config.getCurrentCluster()?.server ?? '';
    if (server === '') throw new Error('it names no cluster');
  } catch (error) {
    const what = settings.kubeconfig ?? 'the kubeconfig';
    throw readOnlyFailure('READ_ONLY_SETTINGS_INVALID', `reading ${what}: ${messageOf(error)}`, error);
  }
  return kubeApi(config, server.replace(/\/$/, ''));
}

function kubeApi(config: KubeConfig, server: string): KubeApi {
  let dispatcher: Dispatcher | undefined;
  const ask = async (method: 'GET' | 'PATCH', path: string, signal: AbortSignal, contentType?: string, body?: Json) => {
    const doing = `${method} ${server}${path}`;
    try {
      const secrets = await secretsOf(config);
      dispatcher ??= new Agent({ connect: secrets.tls });
      const response = await request(`${server}${path}`, {
        method,
        dispatcher,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        signal,
        headers: {
          ...secrets.headers,
          accept: 'application/json',
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      if (response.statusCode < 300) return JSON.parse(text) as Json;
      throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `${doing}: ${response.statusCode} ${reasonIn(text)}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CodedError) throw error;
      throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `${doing}: ${messageOf(error)}`, error);
    }
  };
  return {
    get: (path, signal) => ask('GET', path, signal),
    patch: (path, form, body, signal) => ask('PATCH', path, signal, `application/${form}-patch+json`, body),
    close: async () => {
      await dispatcher?.close();
    },
  };
}

interface Secrets {
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized?: boolean;
    readonly servername?: string;
  };
  readonly headers: Record<string, string>;
}

/** Asked for each time: tokens of pods are renewed. */
async function secretsOf(config: KubeConfig): Promise<Secrets> {
  const options: Record<string, unknown> = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = options;
  const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('utf8') : value);
  const basic = typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  const tls = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    tls: Object.fromEntries(tls.map(([name, value]) => [name, text(value)])),
    headers: { ...(headers as Record<string, string>), ...basic },
  };
}

/** The message of the API server's status object, on one line. */
function reasonIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return message.replace(/\s+/g, ' ').slice(0, MAX_TEXT);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // proxies answer in HTML
  }
  return text.replace(/\s+/g, ' ').slice(0, MAX_TEXT);
}
