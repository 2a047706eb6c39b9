import { BlockList, isIP } from 'node:net';

/**
 * The proxy that the environment names for a URL, as Go's tools decide it, so that what holds for `kubectl`, `oc` and `podman` holds
 * here: `HTTPS_PROXY` or `HTTP_PROXY` by scheme (the lower-case name wins), never for this machine, and not for what `NO_PROXY`
 * lists: `*`, host names with their subdomains, `.suffix`, `*.suffix`, addresses and CIDR ranges, each with a port if need be.
 *
 * @returns as it was written, which may be no URL; `http://` is put before one without a scheme.
 * @see https://pkg.go.dev/golang.org/x/net@v0.30.0/http/httpproxy
 */
export function proxyOfEnvironment(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const proxy = url.protocol === 'https:' ? read(env, 'https_proxy') : read(env, 'http_proxy');
  if (proxy === undefined) return undefined;
  const hostname = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (isThisMachine(hostname)) return undefined;
  const exceptions = (read(env, 'no_proxy') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (exceptions.some((entry) => excepts(entry.toLowerCase(), hostname, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function read(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined;
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || inRange(hostname, '127.0.0.0', 8) || inRange(hostname, '::1', 128);
}

function excepts(entry: string, hostname: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^(.+)\/(\d{1,3})$/.exec(entry);
  if (range !== null) return inRange(hostname, range[1] ?? '', Number(range[2]));

  // An address in version 6 without brackets matches nothing here, and stands for itself.
  const [, inBrackets, bare, wantedPort] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = inBrackets ?? bare ?? entry;
  if (isIP(name) !== 0) return name === hostname;
  const suffix = name.replace(/^\*?\./, '');
  const withDot = suffix !== name;
  return hostname.endsWith(`.${suffix}`) || (!withDot && hostname === suffix);
}

function inRange(hostname: string, network: string, prefix: number): boolean {
  const version = isIP(network);
  if (version === 0 || version !== isIP(hostname) || prefix > (version === 6 ? 128 : 32)) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  range.addSubnet(network, prefix, family);
  return range.check(hostname, family);
}
