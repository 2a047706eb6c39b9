import { BlockList, isIP } from 'node:net';
import { integratedRegistryFailure } from './failure.ts';
import type { RegistryAddress } from './registry-address.ts';

/** What bears on whether a connection may be insecure. */
export interface InsecurityWish {
  /** `--force-insecure` */
  readonly forced: boolean;
  /** `--certificate-authority` */
  readonly caFile: string | undefined;
  /** The kubeconfig skips the verification of certificates. */
  readonly loginIsInsecure: boolean;
}

/**
 * Whether certificates need not be valid, and plain HTTP may be spoken where the address names no scheme. It may when it is forced, when the
 * address asks for `http://`, when the kubeconfig is insecure itself, and in a private network; never where an authority is named.
 *
 * @throws INTEGRATED_REGISTRY_SETTINGS_INVALID where an authority is named together with what rules it out
 */
export function mayBeInsecure(address: RegistryAddress, wish: InsecurityWish): boolean {
  const { forced, caFile, loginIsInsecure } = wish;
  if (caFile === undefined)
    return forced || address.scheme === 'http' || loginIsInsecure || isPrivate(address.hostname);
  if (forced) throw contradiction('--certificate-authority cannot be specified with --force-insecure');
  if (address.scheme === 'http')
    throw contradiction('--certificate-authority cannot be specified for insecure http protocol');
  return false;
}

function contradiction(why: string) {
  const message = `connecting to the integrated registry: ${why}`;
  return integratedRegistryFailure('INTEGRATED_REGISTRY_SETTINGS_INVALID', message);
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4');
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/** Names other than `localhost` are not looked up. */
function isPrivate(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  const version = isIP(hostname);
  return version !== 0 && PRIVATE.check(hostname, version === 6 ? 'ipv6' : 'ipv4');
}
