import type { SecureContext } from 'node:tls';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { proxyFor } from './proxy.ts';
import type { TlsContexts } from './tls.ts';

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
  const registry = dispatcher(settings, settings.tls.registry, proxyFor(new URL(url), settings.env), origin);
  const others = new Map<string, Dispatcher>();
  let closing: Promise<unknown> | undefined;

  return {
    url,
    origin,
    security: settings.security,
    dispatcherFor(wanted) {
      if (wanted === origin) return registry;
      const proxy = proxyFor(new URL(wanted), settings.env);
      const known = others.get(proxy ?? '');
      if (known !== undefined) return known;
      const made = dispatcher(settings, settings.tls.others, proxy);
      others.set(proxy ?? '', made);
      return made;
    },
    close: () => {
      closing ??= Promise.all([registry, ...others.values()].map((each) => each.close()));
      return closing.then(() => {});
    },
  };
}

function dispatcher(
  settings: ConnectionSettings,
  secureContext: SecureContext,
  proxy: string | undefined,
  origin?: string,
): Dispatcher {
  const { timeoutMs } = settings;
  const connect = {
    timeout: Math.min(timeoutMs, MAX_CONNECT_MS),
    secureContext,
    rejectUnauthorized: settings.security === 'verified',
  };
  const options = {
    connections: settings.connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  if (proxy !== undefined) return new ProxyAgent({ ...options, uri: proxy, requestTls: connect });
  return origin === undefined ? new Agent({ ...options, connect }) : new Pool(origin, { ...options, connect });
}
