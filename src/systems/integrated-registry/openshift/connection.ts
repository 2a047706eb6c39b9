import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { failureWords } from '../../../util/pure/system-failure.ts';
import type { IntegratedRegistry } from '../contract.ts';
import { integratedRegistryFailure } from '../failure.ts';

export type Security = IntegratedRegistry['security'];

/** The sockets to one address, in one way. */
export interface Connection {
  /** `https://host[:port]` */
  readonly url: string;
  readonly security: Security;
  readonly dispatcher: Dispatcher;
}

export interface ConnectionSettings {
  /** PEM texts; empty: the system's roots alone. */
  readonly authorities: readonly string[];
  readonly connections: number;
  readonly timeoutMs: number;
}

const MAX_CONNECT_MS = 10_000;

/** Opens nothing yet: sockets are made with the first request. */
export function openConnection(host: string, security: Security, settings: ConnectionSettings): Connection {
  const { authorities, connections, timeoutMs } = settings;
  return {
    url: `${security === 'plain' ? 'http' : 'https'}://${host}`,
    security,
    dispatcher: new Agent({
      connections,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: {
        timeout: Math.min(timeoutMs, MAX_CONNECT_MS),
        rejectUnauthorized: security === 'verified',
        ...(authorities.length === 0 ? {} : { ca: [...systemRoots(), ...authorities] }),
      },
    }),
  };
}

/** What is trusted besides the system's roots: the kubeconfig's authority, and with it the one that was named. */
export async function authoritiesOf(
  ofLogin: string | undefined,
  caFile: string | undefined,
): Promise<readonly string[]> {
  const own = ofLogin === undefined ? [] : [ofLogin];
  return caFile === undefined ? own : [...own, await readAuthority(caFile)];
}

/** Naming an authority for Node's TLS replaces these otherwise. */
function systemRoots(): readonly string[] {
  const node = tls as { readonly getCACertificates?: (type: 'default') => string[] };
  return node.getCACertificates?.('default') ?? tls.rootCertificates;
}

async function readAuthority(path: string): Promise<string> {
  const invalid = (why: string, cause?: unknown) => {
    const message = `reading the certificate authority from ${path}: ${why}`;
    return integratedRegistryFailure('INTEGRATED_REGISTRY_TLS_FILE_INVALID', message, { cause });
  };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw invalid(failureWords(error), error);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw invalid('it holds no certificate');
  return text;
}
