import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { FileTuning, Tuning } from '../contract.ts';
import { fileNodeConfig } from './file-node-config.ts';

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const never = new AbortController().signal;
const tuning: Tuning = { highPercent: 70, lowPercent: 60, minAgeMs: 600_000, discardUnpackedLayers: true };
const KUBELET = 'kind: KubeletConfiguration\n';
const V2 =
  'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type = "io.containerd.runc.v2"\n';

let root: string;
beforeEach(() => {
  root = makeTempFolder('node');
});

function put(path: string, text: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

async function look(given: Partial<Tuning> = {}): Promise<readonly FileTuning[]> {
  return await fileNodeConfig({ root }).read({ ...tuning, ...given }, never);
}

async function only(given: Partial<Tuning> = {}): Promise<FileTuning> {
  const [file, second] = await look(given);
  expect(second).toBeUndefined();
  if (file === undefined) throw new Error('no file was found');
  return file;
}

describe('finding the files of a node', () => {
  test('kubelet, k3s and containerd are looked for below the root', async () => {
    put('var/lib/kubelet/config.yaml', KUBELET);
    put('etc/rancher/k3s/config.yaml', 'token: x\n');
    put('etc/containerd/config.toml', V2);
    expect((await look()).map(({ part, state }) => [part, state])).toEqual([
      ['kubelet', 'to-change'],
      ['k3s', 'to-change'],
      ['containerd', 'to-change'],
    ]);
    expect((await look({ discardUnpackedLayers: false })).map(({ part }) => part)).toEqual(['kubelet', 'k3s']);
  });

  test('nothing at all is an error, and so is a named file that is not there', async () => {
    await expect(look()).rejects.toMatchObject({ code: 'TUNE_NO_FILE' });
    const named = fileNodeConfig({ root, kubelet: join(root, 'none.yaml') });
    await expect(named.read(tuning, never)).rejects.toMatchObject({ code: 'TUNE_NO_FILE' });
  });

  test('where a file is named, no other is touched', async () => {
    put('var/lib/kubelet/config.yaml', KUBELET);
    const containerd = put('other/config.toml', V2);
    const files = await fileNodeConfig({ root, containerd }).read(tuning, never);
    expect(files.map(({ path }) => path)).toEqual([containerd]);
  });

  test('a flag of the kubelet that wins over its file is told, and the file left alone', async () => {
    put('var/lib/kubelet/config.yaml', KUBELET);
    put('var/lib/kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS="--image-gc-high-threshold=90"\n');
    expect(await only()).toMatchObject({ state: 'refused', why: expect.stringContaining('kubeadm-flags.env gives') });
  });

  test('a drop-in of k3s that has flags, too, is told', async () => {
    put('etc/rancher/rke2/config.yaml', 'token: x\n');
    put('etc/rancher/rke2/config.yaml.d/50-gc.yaml', 'kubelet-arg: [max-pods=9]\n');
    expect(await only()).toMatchObject({ part: 'rke2', state: 'refused', why: expect.stringContaining('50-gc.yaml') });
  });

  test('a link is left alone', async () => {
    put('real.yaml', KUBELET);
    mkdirSync(join(root, 'var/lib/kubelet'), { recursive: true });
    symlinkSync(join(root, 'real.yaml'), join(root, 'var/lib/kubelet/config.yaml'));
    expect(await only()).toMatchObject({ state: 'refused', why: expect.stringContaining('link') });
  });

  test('an import that takes the place of the CRI tables is found below the root', async () => {
    put('etc/containerd/config.toml', `imports = ["/etc/containerd/conf.d/*.toml"]\n${V2}`);
    put('etc/containerd/conf.d/gpu.toml', V2);
    expect(await only()).toMatchObject({ state: 'refused', why: expect.stringContaining('gpu.toml') });
  });
});

test('the folder that containerd 2.2 always imports is looked at, for a version 3 file', async () => {
  put('etc/containerd/config.toml', 'version = 3\n');
  put('etc/containerd/conf.d/off.toml', "[plugins.'io.containerd.cri.v1.images']\n  discard_unpacked_layers = false\n");
  expect(await only()).toMatchObject({ state: 'refused', why: expect.stringContaining('off.toml') });
});

describe('containerd of k3s and rke2', () => {
  const folder = 'var/lib/rancher/k3s/agent/etc/containerd';
  const V3 = 'version = 3\n[plugins.\'io.containerd.cri.v1.images\']\n  snapshotter = "overlayfs"\n';
  const containerd = async () => (await look()).find(({ path }) => path.includes('containerd'));

  test('a drop-in is written where they are imported, and a second run leaves it', async () => {
    put(
      `${folder}/config.toml`,
      `imports = ["/var/lib/rancher/k3s/agent/etc/containerd/config-v3.toml.d/*.toml"]\n${V3}`,
    );
    const file = await containerd();
    expect(file).toMatchObject({ state: 'to-change', path: join(root, folder, 'config-v3.toml.d/99-winnow.toml') });
    if (file !== undefined) expect(await fileNodeConfig({ root }).write(file, AT_MS)).toBeUndefined();
    expect(readFileSync(file?.path ?? '', 'utf8')).toBe(
      'version = 3\n\n[plugins."io.containerd.cri.v1.images"]\n  discard_unpacked_layers = true\n',
    );
    expect(await containerd()).toMatchObject({ state: 'as-wanted' });
  });

  test('without drop-ins, or on 1.x, it says what to write by hand', async () => {
    put(`${folder}/config.toml`, V3);
    expect(await containerd()).toMatchObject({ state: 'refused', why: expect.stringContaining('imports no drop-ins') });
    put(`${folder}/config.toml`, V2);
    const file = await containerd();
    expect(file).toMatchObject({ state: 'refused', why: expect.stringContaining('1.x') });
    expect(file?.byHand.at(-1)).toBe('  discard_unpacked_layers = true');
  });

  test('the file that k3s makes is never written, also when it is named', async () => {
    const made = put(`${folder}/config.toml`, V2);
    const [file] = await fileNodeConfig({ root, containerd: made }).read(tuning, never);
    expect(file?.state).toBe('refused');
  });
});

describe('writing', () => {
  test('keeps a copy, mode and owner, and leaves nothing else behind', async () => {
    const path = put('var/lib/kubelet/config.yaml', KUBELET);
    chmodSync(path, 0o640);
    const { uid, gid } = statSync(path);
    const copy = await fileNodeConfig({ root }).write(await only(), AT_MS);
    expect(copy).toBe(`${path}.winnow-20260102T030405Z`);
    expect(readFileSync(copy ?? '', 'utf8')).toBe(KUBELET);
    expect(readFileSync(path, 'utf8')).toContain('imageGCHighThresholdPercent: 70');
    expect(statSync(path)).toMatchObject({ mode: 0o100640, uid, gid });
    expect(readdirSync(dirname(path))).toHaveLength(2);
    expect(await only()).toMatchObject({ state: 'as-wanted' });
  });

  test('a file that was changed since it was read is left alone', async () => {
    const path = put('var/lib/kubelet/config.yaml', KUBELET);
    const file = await only();
    writeFileSync(path, `${KUBELET}maxPods: 9\n`);
    await expect(fileNodeConfig({ root }).write(file, AT_MS)).rejects.toMatchObject({ code: 'TUNE_CHANGED' });
    expect(readFileSync(path, 'utf8')).toBe(`${KUBELET}maxPods: 9\n`);
  });

  test('a copy that is there already is not written over, and then the file stays as it is', async () => {
    const path = put('var/lib/kubelet/config.yaml', KUBELET);
    put('var/lib/kubelet/config.yaml.winnow-20260102T030405Z', 'mine');
    await expect(fileNodeConfig({ root }).write(await only(), AT_MS)).rejects.toMatchObject({
      code: 'TUNE_UNWRITABLE',
    });
    expect(readFileSync(path, 'utf8')).toBe(KUBELET);
    expect(existsSync(`${path}.winnow-20260102T030405Z`)).toBe(true);
    expect(readdirSync(dirname(path))).toHaveLength(2);
  });
});
