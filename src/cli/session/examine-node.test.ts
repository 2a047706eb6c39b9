import { expect, test } from 'vitest';
import type { FileTuning } from '../../systems/node-config/contract.ts';
import { checkOf } from './examine-node-config.ts';
import { fullness, socketMount } from './examine-node-disk.ts';

test('a disk is told as the kubelet counts it and as df does, with a warning where they differ', () => {
  expect(fullness({ blocks: 1000, bfree: 500, bavail: 500 })).toEqual({
    status: 'ok',
    finding: '50 % used as the kubelet counts, 50 % as df does',
  });
  expect(fullness({ blocks: 1000, bfree: 400, bavail: 150 })).toMatchObject({
    status: 'warn',
    finding: '85 % used as the kubelet counts, 80 % as df does',
    hint: expect.stringContaining('reserved'),
  });
  expect(fullness({ blocks: 1000, bfree: 100, bavail: 100 })).toMatchObject({
    status: 'warn',
    hint: expect.stringContaining('node-gc'),
  });
});

test('a socket that is mounted as a file is warned of, one in a mounted folder is not', () => {
  const folder = '36 35 98:0 / /run/containerd rw,noatime master:1 - tmpfs tmpfs rw\n';
  const file = '36 35 98:0 /c.sock /run/containerd/containerd.sock rw - tmpfs tmpfs rw\n';
  expect(socketMount('/run/containerd/containerd.sock', folder).status).toBe('ok');
  expect(socketMount('/run/containerd/containerd.sock', file).status).toBe('warn');
});

const discarding: FileTuning = {
  ...{
    part: 'containerd',
    path: '/etc/containerd/config.toml',
    state: 'to-change',
    restart: 'x',
    byHand: [],
    notes: [],
  },
  settings: [{ name: 'discard_unpacked_layers', now: 'true', wanted: 'true' }],
};

test('a setting that containerd 2.x drops silently is told, and on 1.x it is in order', () => {
  expect(checkOf(discarding, '2.1.9')).toMatchObject({ status: 'warn', finding: expect.stringContaining('drops') });
  expect(checkOf(discarding, '1.7.24')).toMatchObject({
    status: 'ok',
    finding: '/etc/containerd/config.toml: discard_unpacked_layers true',
  });
});

test('settings that are not understood are told with why', () => {
  expect(
    checkOf({ ...discarding, state: 'refused', why: 'line 3 is not understood', settings: [] }, '2.0.0'),
  ).toMatchObject({
    status: 'warn',
    finding: '/etc/containerd/config.toml: line 3 is not understood',
  });
});
