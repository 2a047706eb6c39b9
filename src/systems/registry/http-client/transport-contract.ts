import type { WayIn } from './way-in.ts';

/** What a request may do to the registry: it decides on the scope of a bearer token. */
export type Access = 'pull' | 'push' | 'delete' | 'catalog';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Path and query below the base URL, e.g. `/v2/team/app/tags/list?n=100`. */
  readonly path: string;
  readonly repository?: string;
  readonly access: Access;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** The answer's body is read up to this many bytes; more is REGISTRY_TOO_LARGE. */
  readonly maxBytes: number;
  /** Words for messages: `listing the tags of team/app`. */
  readonly doing: string;
  /** Statuses that are an answer and not a failure, besides 2xx. */
  readonly accept?: readonly number[];
}

export interface RegistryResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/**
 * One registry's connection: base URL, TLS, credentials, bounded concurrency, time-outs, retries with back-off on 429 and 5xx
 * (honouring `Retry-After`) and on broken connections, and the spec's errors turned into coded ones. Unsafe requests (POST) are not repeated.
 */
export interface Transport {
  /** Base URL without credentials and without a trailing slash. */
  readonly url: string;
  /** `host[:port]`. */
  readonly host: string;
  send(request: RegistryRequest, signal: AbortSignal): Promise<RegistryResponse>;
  close(): Promise<void>;
}

/** Counts since the transport was opened, for benchmarks and progress. */
export interface TransportStats {
  /** What was put on the wire, repeated attempts and token requests included. */
  requests: number;
  retries: number;
}

/** How a transport proves who it is, for `doctor`. Never a secret. */
export interface AuthDescription {
  /** What the registry asked for so far. */
  readonly scheme: 'none' | 'basic' | 'bearer';
  /** The token service's URL, with `bearer`. */
  readonly realm?: string;
  readonly credential: 'none' | 'password' | 'identity token' | 'registry token';
  readonly username?: string;
  /** Where the credential was found: `the settings`, or `/home/me/.docker/config.json, auths of registry.example.com`. */
  readonly source?: string;
  /** The files and directories that are searched, in order. */
  readonly searched: readonly string[];
}

/** What {@link Transport} tells about itself besides. */
export interface OpenTransport extends Transport {
  /** A verified certificate, one that is not verified, or plain HTTP. */
  readonly security: 'verified' | 'unverified' | 'plain';
  /** How the registry wanted to be asked so far. */
  wayIn(): WayIn;
  /** @throws REGISTRY_CREDENTIALS_INVALID, REGISTRY_CREDENTIAL_HELPER_FAILED: nothing is read before it is needed. */
  describeAuth(): Promise<AuthDescription>;
  /** The server's clock against ours by the last `Date` header, good to half a second; positive when the server is ahead. */
  clockSkewMs(): number | undefined;
  readonly stats: Readonly<TransportStats>;
}
