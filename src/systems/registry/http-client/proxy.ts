import { proxyOfEnvironment } from '../../../util/env-proxy.ts';
import { readUrl } from '../../../util/pure/read-url.ts';
import { isLocal } from './insecure-permission.ts';
import { RegistryError } from './registry-error.ts';

/**
 * The proxy that the environment names for a registry: see {@link proxyOfEnvironment}. What is on this machine or its link needs none.
 *
 * @throws {@link RegistryError} REGISTRY_SETTINGS_INVALID when it is no URL.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  if (isLocal(url.hostname.replace(/^\[|\]$/g, '').toLowerCase())) return undefined;
  const proxy = proxyOfEnvironment(url, env);
  if (proxy === undefined || readUrl(proxy) !== undefined) return proxy;
  throw new RegistryError('REGISTRY_SETTINGS_INVALID', `finding the proxy for ${url.origin}: it is not a URL`, {
    hint: `set ${url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'} like http://proxy.example.com:3128`,
  });
}
