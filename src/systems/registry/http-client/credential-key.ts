/** Docker Hub answers to all of these. */
const HUB_HOSTS: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);
/** What docker calls its own registry towards credential helpers and in `auths`. */
const HUB_SERVER = 'https://index.docker.io/v1/';

/**
 * How well a key of `auths` or `credHelpers` fits: the longer, the better; -1 is not at all. Keys are `host`,
 * `https://host`, `https://host/v1/`, `host/path` (for the repositories below that path), and `*.host` as the kubelet reads it.
 *
 * @param repository - as requested; without it, only keys for the whole host fit.
 * @see https://github.com/containers/image/blob/v5.33.0/docs/containers-auth.json.5.md
 * @see https://kubernetes.io/docs/concepts/containers/images/#config-json
 */
export function keyFit(key: string, host: string, repository?: string): number {
  const { keyHost, path } = splitKey(key);
  if (!hostsMatch(keyHost, host)) return -1;
  // A key that names the host itself goes before a pattern.
  const exact = keyHost.includes('*') ? 0 : 1;
  if (path === '') return exact;
  const isBelow = repository !== undefined && (repository === path || repository.startsWith(`${path}/`));
  return isBelow ? 2 * path.length + exact : -1;
}

/** The key that fits best, if any does. */
export function bestKey(keys: Iterable<string>, host: string, repository?: string): string | undefined {
  let best: string | undefined;
  let bestFit = -1;
  for (const key of keys) {
    const fit = keyFit(key, host, repository);
    if (fit > bestFit) [best, bestFit] = [key, fit];
  }
  return best;
}

/** What a credential helper is asked for. */
export function helperServer(host: string): string {
  return HUB_HOSTS.has(host) ? HUB_SERVER : host;
}

function splitKey(key: string): { readonly keyHost: string; readonly path: string } {
  const bare = key.trim().replace(/^https?:\/\//i, '');
  const slash = bare.indexOf('/');
  const keyHost = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? '' : bare.slice(slash + 1).replace(/\/+$/, '');
  // Old clients wrote the API's root along with the host, and with a scheme the path never meant anything.
  const isWholeHost = bare !== key.trim() || path === 'v1' || path === 'v2';
  return { keyHost, path: isWholeHost ? '' : path };
}

function hostsMatch(keyHost: string, host: string): boolean {
  if (keyHost === host || (HUB_HOSTS.has(keyHost) && HUB_HOSTS.has(host))) return true;
  if (!keyHost.includes('*')) return false;
  const pattern = keyHost.split('.');
  const labels = host.split('.');
  return pattern.length === labels.length && pattern.every((part, index) => labelMatches(part, labels[index] ?? ''));
}

/** `*` stands for any characters of one label; there may be several. */
function labelMatches(pattern: string, label: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return first === label;
  const last = rest.pop() ?? '';
  if (!label.startsWith(first) || !label.endsWith(last) || label.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = label.indexOf(part, at);
    if (found < 0 || found + part.length > label.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
