import { expect, test } from 'vitest';
import { mountIn, requireNoMount } from './mounts.ts';

const MOUNTS = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 254:16 / /var/lib/registry rw,relatime shared:1 - xfs /dev/vdb rw
41 40 254:16 /old /var/lib/registry/docker/registry/v2/blobs/sha256/ab rw,relatime - xfs /dev/vdb rw
42 27 0:33 / /mnt/a\\040folder\\040b\\303\\266ser\\134\\134Art rw,relatime - tmpfs tmpfs rw
`;

test.each([
  ['/var/lib/registry/docker', '/var/lib/registry/docker/registry/v2/blobs/sha256/ab'],
  ['/var/lib/registry', '/var/lib/registry'],
  ['/var/lib/reg', undefined],
  ['/var/lib/registry/docker/registry/v2/repositories', undefined],
  ['/mnt/a folder böser\\\\Art', '/mnt/a folder böser\\\\Art'],
])('below %s is mounted: %s', (folder, mount) => {
  expect(mountIn(MOUNTS, folder)).toBe(mount);
});

test.runIf(process.platform === 'linux')('this machine tells what is mounted where', () => {
  expect(() => requireNoMount('/proc')).toThrow('/proc: something else is mounted there');
  expect(() => requireNoMount(import.meta.dirname)).not.toThrow();
});
