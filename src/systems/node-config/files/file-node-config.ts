import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FileTuning, NodeConfig, Tuning } from '../contract.ts';
import { nodeConfigFailure } from '../errors.ts';
import { lookAtContainerd, lookAtRancherContainerd } from './look-at-containerd.ts';
import { lookAtK3s, lookAtKubelet } from './look-at-kubelet.ts';
import { replaceNodeFile } from './node-file.ts';
import { containerdPlace, kubeletPlaces, rancherConfig, rancherContainerd, rancherNames } from './places.ts';

export interface NodeConfigPlaces {
  /** Where the node's root is: `/`, or where it is mounted. */
  readonly root: string;
  /** Where any of these is named, nothing else is looked for. */
  readonly kubelet?: string;
  readonly k3s?: string;
  readonly containerd?: string;
}

type Look = (tuning: Tuning) => Promise<FileTuning>;

/** The settings files of a node, on a disk that is seen from here. */
export function fileNodeConfig(places: NodeConfigPlaces): NodeConfig {
  return {
    read: async (tuning, signal) => {
      const files: FileTuning[] = [];
      for (const look of await looksAt(places, tuning)) {
        signal.throwIfAborted();
        files.push(await look(tuning));
      }
      return files;
    },
    write: async ({ path, before, after, state }, nowMs) => {
      if (state !== 'to-change' || after === undefined) throw new Error(`there is nothing to write to ${path}`);
      return await replaceNodeFile(path, before, after, nowMs);
    },
  };
}

async function looksAt(places: NodeConfigPlaces, tuning: Tuning): Promise<readonly Look[]> {
  const { kubelet, k3s, containerd } = places;
  if (kubelet === undefined && k3s === undefined && containerd === undefined) return await found(places.root, tuning);
  const looks: Look[] = [];
  if (kubelet !== undefined) looks.push(await named(kubelet, (path) => (to) => lookAtKubelet(places.root, path, to)));
  if (k3s !== undefined) {
    const path = resolve(k3s);
    looks.push((to) => lookAtK3s(path, path.includes('rke2') ? 'rke2' : 'k3s', to));
  }
  if (containerd !== undefined) looks.push(await named(containerd, (path) => () => ofContainerd(places.root, path)));
  return looks;
}

async function named(given: string, look: (path: string) => Look): Promise<Look> {
  const path = resolve(given);
  if (!(await isThere(path))) throw nodeConfigFailure('TUNE_NO_FILE', `looking for ${path}: there is no such file`);
  return look(path);
}

/** A file that k3s or rke2 makes is named: what is written there is lost. */
async function ofContainerd(root: string, path: string): Promise<FileTuning> {
  const owner = rancherNames.find((name) => path.startsWith(`${join(root, rancherContainerd(name))}/`));
  return owner === undefined ? await lookAtContainerd(root, path) : await lookAtRancherContainerd(root, owner);
}

async function found(root: string, { discardUnpackedLayers }: Tuning): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const place of kubeletPlaces) {
    const path = join(root, place);
    if (!(await isThere(path))) continue;
    looks.push((to) => lookAtKubelet(root, path, to));
    break;
  }
  for (const name of rancherNames) {
    const path = join(root, rancherConfig(name));
    const folder = join(root, rancherContainerd(name));
    const isNode = await isThere(folder);
    if (isNode || (await isThere(path))) looks.push((to) => lookAtK3s(path, name, to));
    if (discardUnpackedLayers && isNode) looks.push(() => lookAtRancherContainerd(root, name));
  }
  const containerd = join(root, containerdPlace);
  if (discardUnpackedLayers && (await isThere(containerd))) looks.push(() => lookAtContainerd(root, containerd));
  if (looks.length === 0)
    throw nodeConfigFailure('TUNE_NO_FILE', `looking for the settings of a node below ${root}: there are none`);
  return looks;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw nodeConfigFailure('TUNE_UNREADABLE', `looking for ${path}: ${code}`, error);
  }
}
