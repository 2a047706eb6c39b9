import { readUrl } from '../../../util/pure/read-url.ts';
import { RegistryError } from './registry-error.ts';

/** The address of a registry as a user gives it, taken apart. */
export interface RegistryAddress {
  /** Given only where it was written: then it binds, and there is no fall-back to the other. */
  readonly scheme?: 'http' | 'https';
  /** `host[:port]`, lower case, as it stands at the front of image references. */
  readonly host: string;
  /** The host without its port; IPv6 addresses without brackets. */
  readonly hostname: string;
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s;
const HOST_AND_PORT = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]*)(?::(\d*))?$/;

/**
 * Reads `host[:port]`, optionally with `https://` or `http://` before it and a slash behind it. A port without a host
 * (`:5000`) means this machine.
 *
 * @throws {@link RegistryError} REGISTRY_URL_INVALID naming the value, without any password in it.
 */
export function parseRegistryUrl(text: string): RegistryAddress {
  const trimmed = text.trim();
  const [, scheme, afterScheme] = SCHEME.exec(trimmed) ?? [undefined, undefined, trimmed];
  const known = knownScheme(scheme, trimmed);
  const rest = afterScheme ?? '';
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const tail = end < 0 ? '' : rest.slice(end);

  if (rest.includes('@')) throw invalid(trimmed, 'no user name or password is allowed in it', CREDENTIALS_HINT);
  if (/^\/[^?#]/.test(tail)) throw invalid(trimmed, 'no path is allowed in it');
  if (/^\/?\?/.test(tail)) throw invalid(trimmed, 'no query is allowed in it');
  if (tail.includes('#')) throw invalid(trimmed, 'no fragment is allowed in it');
  return { ...(known === undefined ? {} : { scheme: known }), ...parseHost(authority, trimmed) };
}

const CREDENTIALS_HINT =
  'remove them from the address: credentials come from docker login, a pull secret, or the settings of the registry';

function knownScheme(scheme: string | undefined, text: string): 'http' | 'https' | undefined {
  if (scheme === undefined) return undefined;
  const lower = scheme.toLowerCase();
  if (lower === 'http' || lower === 'https') return lower;
  throw invalid(text, `unsupported scheme ${lower}: it is https or http`);
}

function parseHost(authority: string, text: string): { readonly host: string; readonly hostname: string } {
  const [matched, name = '', port = ''] = HOST_AND_PORT.exec(authority) ?? [];
  if (matched === undefined) throw invalid(text, `${JSON.stringify(authority)} is not a host with an optional port`);
  if (name === '' && port === '') throw invalid(text, 'it has no host');
  if (port !== '' && (Number(port) < 1 || Number(port) > 65535)) throw invalid(text, `${port} is not a port`);

  const normal = name === '' ? 'localhost' : normalHost(name, text);
  return { host: port === '' ? normal : `${normal}:${Number(port)}`, hostname: normal.replace(/^\[|\]$/g, '') };
}

function normalHost(name: string, text: string): string {
  const url = readUrl(`http://${name}`);
  if (url === undefined || url.hostname === '') throw invalid(text, `${JSON.stringify(name)} is not a host`);
  return url.hostname;
}

function invalid(text: string, why: string, hint?: string): RegistryError {
  const shown = JSON.stringify(withoutSecrets(text));
  return new RegistryError('REGISTRY_URL_INVALID', `reading the registry address ${shown}: ${why}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A password may hold any character, so all before the last `@` is hidden; so is all behind a `?`. */
function withoutSecrets(text: string): string {
  const scheme = SCHEME.exec(text)?.[1];
  const front = scheme === undefined ? '' : `${scheme}://`;
  return text.slice(front.length).replace(/^.*@/s, '***@').replace(/\?.*$/s, '?***').replace(/^/, front).slice(0, 200);
}
