import type { DescriptorCache } from '../contract.ts';

/** A registry that remembers nothing. */
export function noCache(): DescriptorCache {
  const nothing = async () => undefined;
  return { kind: 'none', name: 'no cache', forgetLinks: nothing, forgetBlobs: nothing, close: nothing };
}
