import { isIPv6 } from 'node:net';
import { readUrl } from '../../util/pure/read-url.ts';
import { complaint } from './complaint.ts';
import { checkedText } from './leaves.ts';

/** `host[:port]`, with `https://` or `http://` before it to bind the scheme, as the registry client reads it. */
export function registryAddress() {
  return checkedText('address', 'https://registry.example:5000', registryAddressFault);
}

/** `http(s)://host[:port]/path[?query]`, without credentials. */
export function httpAddress(like: string) {
  return checkedText('URL', like, (text) => {
    const url = readAddress(text);
    if (url === undefined) return complaint('it is not a URL', `write it like ${like}`);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return complaint(`it begins with ${url.protocol}//, not with https:// or http://`, `write it like ${like}`);
    if (url.username !== '' || url.password !== '')
      return complaint('it has a user name or password in it', 'remove them, and name the file that holds the secret');
    return undefined;
  });
}

/** `postgres://user[:password]@host[:port]/database`. A password may stand in it: it is never shown. */
export function postgresAddress() {
  const like = 'postgres://winnow@db.example/ops';
  return checkedText('URL', like, (text) => {
    const url = readAddress(text);
    const hint = `write it like ${like}, with special characters of the password percent-encoded`;
    if (url === undefined) return complaint('it is not a URL', hint);
    if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
      return complaint(`it begins with ${url.protocol}//, not with postgres://`, hint);
    return undefined;
  });
}

function readAddress(text: string): URL | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? readUrl(text) : undefined;
}

const ADDRESS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/s;
const HOST_AND_PORT = /^(\[[^\]]*\]|[^\s:[\]]*)(?::(\d*))?$/;
const LIKE = 'write it like https://registry.example:5000';

/** The rules are the client's (`parseRegistryUrl`, to which a test holds them): found here, they come with the line to correct. */
export function registryAddressFault(text: string): string | undefined {
  const [, scheme, authority = '', tail = ''] = ADDRESS.exec(text.trim()) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme))
    return complaint(`it begins with ${scheme}://, not with https:// or http://`, LIKE);
  if (`${authority}${tail}`.includes('@'))
    return complaint(
      'it has a user name or password in it',
      'remove them: username and passwordFile, or authFile, are for that',
    );
  if (tail !== '' && tail !== '/')
    return complaint(`it has ${partIn(tail)} in it`, `write the host and port alone: ${LIKE.slice(14)}`);
  const [matched, host = '', port = ''] = HOST_AND_PORT.exec(authority) ?? [];
  if (matched === undefined || !isHost(host)) return complaint('it is not a host with an optional port', LIKE);
  if (host === '' && port === '') return complaint('it has no host', LIKE);
  if (port !== '' && (Number(port) < 1 || Number(port) > 65535))
    return complaint(`${port} is not a port`, 'write a port from 1 to 65535');
  return undefined;
}

function partIn(tail: string): string {
  if (/^\/?\?/.test(tail)) return 'a query';
  return /^\/?#/.test(tail) ? 'a fragment' : 'a path';
}

function isHost(host: string): boolean {
  if (host === '') return true;
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1));
  return (readUrl(`http://${host}`)?.hostname ?? '') !== '';
}
