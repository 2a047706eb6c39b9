import { BlockList, isIP } from 'node:net';
import { RegistryError } from './registry-error.ts';
import type { RegistryAddress } from './registry-url.ts';

/**
 * Whether a connection may fall back to one that is not secure: first to an HTTPS certificate that is not verified, then,
 * if the address names no scheme, to plain HTTP. A secure connection is always tried first. The fall-back is allowed
 * - when the user forces it (`--force-insecure`),
 * - when the address begins with `http://`, which asks for nothing else,
 * - when the address is of this machine or link-local: `localhost`, 127.0.0.0/8, ::1, 169.254.0.0/16, fe80::/10,
 * but never when a certificate authority is named: who names one wants it to be used.
 *
 * @throws {@link RegistryError} REGISTRY_SETTINGS_INVALID when a certificate authority meets `--force-insecure` or `http://`.
 */
export function mayBeInsecure(
  address: RegistryAddress,
  settings: { readonly insecure: boolean; readonly caFile: string | undefined },
): boolean {
  if (settings.caFile === undefined) return settings.insecure || address.scheme === 'http' || isLocal(address.hostname);
  if (settings.insecure) throw contradiction('--force-insecure');
  if (address.scheme === 'http') throw contradiction(`the plain HTTP address http://${address.host}`);
  return false;
}

function contradiction(other: string): RegistryError {
  return new RegistryError(
    'REGISTRY_SETTINGS_INVALID',
    `connecting to the registry: --certificate-authority cannot be combined with ${other}`,
    { hint: 'name a certificate authority for a verified connection, or leave it out for an insecure one' },
  );
}

const LOCAL = new BlockList();
LOCAL.addSubnet('127.0.0.0', 8, 'ipv4');
LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Whether traffic to this host stays on this machine or this link. Names other than `localhost` are not looked up. */
export function isLocal(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  const version = isIP(hostname);
  return version !== 0 && LOCAL.check(hostname, version === 6 ? 'ipv6' : 'ipv4');
}
