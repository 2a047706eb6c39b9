import { integratedRegistryFailure } from '../failure.ts';
import type { RegistryAddress } from '../registry-address.ts';
import type { Connection, Security } from './connection.ts';
import { type ConnectionFailure, connectionFailure } from './connection-failure.ts';
import { exchange } from './exchange.ts';

export interface PingOptions {
  readonly insecureAllowed: boolean;
  /** Whether a person named the address. */
  readonly isUrlGiven: boolean;
  /** Where a certificate authority was named. */
  readonly caFile?: string;
  readonly open: (security: Security) => Connection;
}

const MAX_BYTES = 1 << 20;

/**
 * Finds out how the registry can be spoken to: `/` is asked for, and `/healthz` where that is not 200. A given scheme binds; else it is HTTPS,
 * and plain HTTP where insecure connections are allowed. No token is sent yet.
 *
 * @throws INTEGRATED_REGISTRY_PING_FAILED, with all that was tried
 */
export async function ping(address: RegistryAddress, options: PingOptions, signal: AbortSignal): Promise<Connection> {
  const failures: Tried[] = [];
  for (const security of waysFor(address, options.insecureAllowed)) {
    const connection = options.open(security);
    const failed = await lookAt(connection, signal);
    if (failed === undefined) return connection;
    await connection.dispatcher.close();
    failures.push(failed);
    // Who answers in HTTP needs no other way: the answer was not the right one.
    if (failed.status !== undefined) break;
  }
  throw pingFailure(address, failures, options);
}

interface Tried {
  readonly url: string;
  readonly words: string;
  readonly kind: ConnectionFailure['kind'] | 'answer';
  readonly status?: number;
}

/** A secure connection is always tried first. */
function waysFor({ scheme }: RegistryAddress, insecureAllowed: boolean): readonly Security[] {
  if (scheme === 'http') return ['plain'];
  const https: readonly Security[] = insecureAllowed ? ['verified', 'unverified'] : ['verified'];
  return scheme === 'https' || !insecureAllowed ? https : [...https, 'plain'];
}

/** The words of Go's server, and of nginx. */
const WANTS_TLS = /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)/i;

async function lookAt(connection: Connection, signal: AbortSignal): Promise<Tried | undefined> {
  let status = 0;
  for (const path of ['/', '/healthz']) {
    const url = `${connection.url}${path}`;
    try {
      const answer = await exchange(connection, { method: 'GET', path, maxBytes: MAX_BYTES }, signal);
      ({ status } = answer);
      const said = WANTS_TLS.exec(Buffer.from(answer.bytes).toString('latin1'))?.[0];
      if (status === 400 && said !== undefined)
        return { url, words: `the answer was 400: it was sent an ${said}`, kind: 'tls', status };
    } catch (error) {
      signal.throwIfAborted();
      const { words, kind } = connectionFailure(error);
      return { url, words, kind };
    }
    if (status === 200) return undefined;
  }
  return { url: `${connection.url}/healthz`, words: `the answer was ${status} instead of 200`, kind: 'answer', status };
}

function pingFailure({ host }: RegistryAddress, failures: readonly Tried[], options: PingOptions) {
  const distinct = [...new Set(failures.map(({ url, words }) => `GET ${url}: ${words}`))];
  const message = `failed to ping registry ${host}: ${distinct.join('; ')}`;
  const hint = hintFor(failures, options);
  return integratedRegistryFailure('INTEGRATED_REGISTRY_PING_FAILED', message, hint === undefined ? {} : { hint });
}

/** The first that fits: what a user most likely has to do. */
function hintFor(failures: readonly Tried[], { isUrlGiven, caFile }: PingOptions): string | undefined {
  const has = (kind: Tried['kind']) => failures.some((one) => one.kind === kind);
  if (!isUrlGiven && (has('timeout') || has('unknown-host')))
    return 'the address was taken from the image API and is known inside of the cluster only: name a reachable route to the registry with --registry-url';
  if (has('plain-http') && !failures.some(({ url }) => url.startsWith('http://')))
    return 'the registry is not secured: secure it, or use --force-insecure, which lets anyone on the way read the token';
  if (has('tls')) return 'are you trying to connect to a TLS-enabled registry without TLS? Name it with https://';
  if (failures.some(({ kind, url }) => kind === 'cut' && url.startsWith('http://')))
    return 'the server may speak TLS: name it with https://, or without a scheme';
  const certificate = failures.find(({ kind }) => kind === 'certificate');
  return certificate === undefined ? undefined : certificateHint(certificate.words, caFile);
}

function certificateHint(words: string, caFile: string | undefined): string {
  if (words.includes('other hosts'))
    return 'name the registry by a host name that its certificate names: --registry-url';
  if (!words.includes('signed by')) return 'renew its certificate, and check the clock of this machine';
  if (caFile !== undefined)
    return `its certificate is not from the authority in ${caFile}: name the file of the right one with --certificate-authority`;
  return 'name the authority of its certificate with --certificate-authority FILE; --force-insecure would not verify it at all';
}
