import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../../evidence/evidence.ts';
import type { NodeCounts } from '../../plan/node-counts.ts';
import type { FileTuning } from '../../systems/node-config/contract.ts';
import { checkOf } from './examine-node-config.ts';
import { fullness, socketMount } from './examine-node-disk.ts';
import { bytesTold, expiries, goneImages, lostPins, packedLayers } from './examine-node-images.ts';

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

describe('a container whose image is gone', () => {
  const withContainer = (state: string, isThere: boolean) => {
    const { evidence, sink } = collectEvidence();
    const image = sink.resource('node-image', 'cri:///c.sock', 'sha256:a');
    if (isThere) sink.exists(image, {});
    const container = sink.resource('container', 'cri:///c.sock', '1');
    sink.exists(container, { attributes: { state, pod: 'shop/web', name: 'app' } });
    sink.refers(container, image, 'uses');
    return goneImages(evidence);
  };

  test.each(['running', 'created'])('is told while it is %s: its next start fails, or waits', (state) => {
    expect(withContainer(state, false)).toMatchObject({
      status: 'warn',
      finding: 'gone, though 1 run on without it; first: container app of pod shop/web',
      hint: expect.stringContaining('imagePullPolicy'),
    });
  });

  test('is none where the image is there, or the container has ended', () => {
    expect(withContainer('running', true)).toMatchObject({ status: 'ok' });
    expect(withContainer('exited', false)).toMatchObject({ status: 'ok' });
  });
});

test('a pin besides that of the sandbox image is told, since it is lost when the image is pulled again', () => {
  const { evidence, sink } = collectEvidence();
  const add = (key: string, names: string) => {
    const id = sink.resource('node-image', 'cri:///c.sock', key);
    sink.exists(id, { attributes: { names } });
    sink.holds(id, 'the runtime has it pinned');
  };
  add('pause', 'r.example/pause:3.9');
  expect(lostPins(evidence, new Set(['pause']))).toMatchObject({ status: 'ok' });

  add('base', 'r.example/base:1 r.example/base@sha256:b');
  expect(lostPins(evidence, new Set(['pause']))).toMatchObject({
    status: 'warn',
    finding: '1 besides that of the sandbox image, until it is pulled again: r.example/base:1',
  });
  expect(lostPins(evidence, new Set())).toMatchObject({ status: 'ok', finding: expect.stringContaining('no sandbox') });
});

test('what the kubelet is told of the images is shown beside what they take', () => {
  const disks = [{ path: '/images', usedBytes: 1024 }, { path: '/more' }];

  expect(bytesTold(disks, { exactBytes: true, bytes: 3072 } as NodeCounts).finding).toBe(
    '3 KiB, with packed layers; the kubelet is told 1 KiB',
  );
  expect(bytesTold(disks, { exactBytes: false } as NodeCounts).finding).toBe('1 KiB as the kubelet is told');
});

test('images that somebody has given an end are told, with a warning where containerd reads it', () => {
  const images = [{ name: 'r.example/a:1', atMs: 0 }];

  expect(expiries([], '2.1.9')).toMatchObject({ status: 'ok' });
  expect(expiries(images, '1.7.24')).toMatchObject({ status: 'ok', finding: expect.stringContaining('does not read') });
  expect(expiries(images, '2.1.9')).toMatchObject({
    status: 'warn',
    finding: '1 with an end; first: r.example/a:1 at 1970-01-01T00:00:00.000Z; it goes then, though pods use it',
  });
});

test('packed layers are told where there are any, with what speaks against letting go of them', () => {
  const { evidence, sink } = collectEvidence();
  const manifest = sink.resource('content', 'cri:///c.sock', 'sha256:m');
  const layer = sink.resource('content', 'cri:///c.sock', 'sha256:l');
  sink.exists(manifest, { sizeBytes: 1 });
  sink.refers(manifest, layer, 'layer');

  expect(packedLayers(evidence, undefined)).toMatchObject({ status: 'ok', finding: expect.stringContaining('none') });
  sink.exists(layer, { sizeBytes: 1 });
  expect(packedLayers(evidence, undefined)).toMatchObject({
    status: 'ok',
    finding: expect.stringContaining('--release-content'),
  });
  expect(packedLayers(evidence, 'Spegel runs here')).toMatchObject({ status: 'warn', finding: 'Spegel runs here' });
});
