import type { SecureContext } from 'node:tls';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { proxyFor } from './proxy.ts';
import type { TlsContexts } from './tls.ts';
import { createAlertingConnector } from './tls-alert.ts';

/** How well the connection is protected: a verified certificate, one that is not verified, or nothing at all. */
export type Security = 'verified' | 'unverified' | 'plain';

/** The open sockets to one registry, and to the other servers that it sends us to. */
export interface Connection {
  /** `https://host[:port]`, without a trailing slash. */
  readonly url: string;
  /** As `URL.origin` writes it: default ports left out. */
  readonly origin: string;
  readonly security: Security;
  /** The sockets for this origin. */
  dispatcherFor(origin: string): Dispatcher;
  /** What is behind the failure of a request, as far as the sockets know more of it. */
  causeOf(failure: unknown): unknown;
  /** Ends idle sockets, and those in use when they are done. Calling it again waits for the same. */
  close(): Promise<void>;
}

export interface ConnectionSettings {
  readonly host: string;
  readonly security: Security;
  readonly tls: TlsContexts;
  /** Sockets to the registry at a time. */
  readonly connections: number;
  /** For the headers, and again for every pause in the body. */
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
}

const MAX_CONNECT_MS = 10_000;
/** The server's own keep-alive hint, where it sends one, goes before this. */
const KEEP_ALIVE_MS = 15_000;

/** Opens nothing yet: sockets are made with the first request. */
export function openConnection(settings: ConnectionSettings): Connection {
  const url = `${settings.security === 'plain' ? 'http' : 'https'}://${settings.host}`;
  const { origin } = new URL(url);
  const registryTls = connectOptions(settings, settings.tls.registry);
  const alerting = createAlertingConnector(registryTls);
  const proxy = proxyFor(new URL(url), settings.env);
  const registry =
    proxy === undefined
      ? new Pool(origin, { ...poolOptions(settings), connect: alerting.connect })
      : new ProxyAgent({ ...poolOptions(settings), uri: proxy, requestTls: registryTls });
  const others = new Map<string | undefined, Dispatcher>();
  let closing: Promise<unknown> | undefined;

  return {
    url,
    origin,
    security: settings.security,
    causeOf: alerting.causeOf,
    dispatcherFor(wanted) {
      if (wanted === origin) return registry;
      const through = proxyFor(new URL(wanted), settings.env);
      const dispatcher = others.get(through) ?? otherServers(settings, through);
      others.set(through, dispatcher);
      return dispatcher;
    },
    close: () => {
      closing ??= Promise.all([registry, ...others.values()].map((each) => each.close()));
      return closing.then(() => {});
    },
  };
}

function otherServers(settings: ConnectionSettings, proxy: string | undefined): Dispatcher {
  const connect = connectOptions(settings, settings.tls.others);
  if (proxy === undefined) return new Agent({ ...poolOptions(settings), connect });
  return new ProxyAgent({ ...poolOptions(settings), uri: proxy, requestTls: connect });
}

function connectOptions({ timeoutMs, security }: ConnectionSettings, secureContext: SecureContext) {
  return { timeout: Math.min(timeoutMs, MAX_CONNECT_MS), secureContext, rejectUnauthorized: security === 'verified' };
}

function poolOptions({ connections, timeoutMs }: ConnectionSettings) {
  return { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, keepAliveTimeout: KEEP_ALIVE_MS };
}
