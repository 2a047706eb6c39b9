import { isIP } from 'node:net';
import { integratedRegistryFailure } from './failure.ts';

/** Where the integrated registry is, taken apart. */
export interface RegistryAddress {
  /** Given only where it was written: then it binds. */
  readonly scheme?: 'http' | 'https';
  /** `host[:port]`; IPv6 addresses in brackets. */
  readonly host: string;
  /** The host without its port and brackets. */
  readonly hostname: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s;
const HOST_AND_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))?(?::(\d*))?$/;
const MAX_SHOWN = 200;

/**
 * Reads `[https://|http://]host[:port][/]`, as `--registry-url` takes it. A port alone (`:5000`) means this machine.
 *
 * @throws INTEGRATED_REGISTRY_URL_INVALID
 */
export function parseRegistryAddress(text: string): RegistryAddress {
  const [, scheme, afterScheme] = SCHEME.exec(text) ?? [undefined, undefined, text];
  const rest = afterScheme ?? '';
  if (scheme !== undefined && !isScheme(scheme.toLowerCase())) throw invalid(text, `unsupported scheme: ${scheme}`);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const tail = end < 0 ? '' : rest.slice(end);
  if (authority.includes('@')) throw invalid(text, 'no user name and no password are allowed: the token is taken');
  if (/^\/[^?#]/.test(tail)) throw invalid(text, 'no path after <host>[:<port>] is allowed');
  if (/^\/?\?/.test(tail)) throw invalid(text, 'no query arguments are allowed after <host>[:<port>]');
  if (tail.includes('#')) throw invalid(text, 'no fragment is allowed after <host>[:<port>]');
  if (authority === '') throw invalid(text, 'no host name specified');
  return { ...(scheme === undefined ? {} : { scheme: scheme.toLowerCase() as 'http' }), ...readHost(authority, text) };
}

function isScheme(text: string): text is 'http' | 'https' {
  return text === 'http' || text === 'https';
}

function readHost(authority: string, text: string): Pick<RegistryAddress, 'host' | 'hostname'> {
  const match = HOST_AND_PORT.exec(authority);
  if (match === null) throw invalid(text, `${JSON.stringify(shown(authority))} is not a host with an optional port`);
  const [, v6, name, port] = match;
  if (v6 !== undefined && isIP(v6) !== 6) throw invalid(text, `${v6} is not an address of IPv6`);
  if (port !== undefined && port !== '' && (Number(port) < 1 || Number(port) > 65535))
    throw invalid(text, `${port} is not a port`);
  const hostname = (v6 ?? name ?? 'localhost').toLowerCase();
  const inUrl = v6 === undefined ? hostname : `[${hostname}]`;
  return { host: port === undefined || port === '' ? inUrl : `${inUrl}:${Number(port)}`, hostname };
}

function invalid(text: string, why: string) {
  const message = `reading the address of the integrated registry ${JSON.stringify(shown(text))}: ${why}`;
  return integratedRegistryFailure('INTEGRATED_REGISTRY_URL_INVALID', message);
}

/** What may be a password is not repeated. */
function shown(text: string): string {
  return text
    .replace(/\/\/[^/]*@/, '//***@')
    .replace(/\?.*$/s, '?***')
    .slice(0, MAX_SHOWN);
}
