import type { DescriptorCache } from '../contract.ts';

/**
 * A cache inside of each server. Nothing but a DELETE at that server, or its restart, makes it forget: there is nothing to be done here.
 * It is what official images of the registry come with.
 */
export function inMemoryCache(): DescriptorCache {
  const nothing = async () => undefined;
  return {
    kind: 'in-memory',
    name: 'a cache in the memory of each server',
    forgetLinks: nothing,
    forgetBlobs: nothing,
    close: nothing,
  };
}
