import { join } from 'node:path';
import type { FileTuning, Tuning } from '../contract.ts';
import { NotUnderstood } from '../not-understood.ts';
import { k3sByHand, tuneK3s } from '../tune-k3s.ts';
import { kubeletFields, tuneKubelet } from '../tune-kubelet.ts';
import { filesLike, readNodeFile } from './node-file.ts';
import { kubeletFlagPlaces, type RancherName } from './places.ts';
import { worked } from './worked.ts';

const FLAGS = /--(?:image-gc-(?:high|low)-threshold|minimum-image-ttl-duration)\b/;

/** What becomes of a KubeletConfiguration. */
export async function lookAtKubelet(root: string, path: string, tuning: Tuning): Promise<FileTuning> {
  const byHand = Object.entries(kubeletFields(tuning)).map(([name, value]) => `${name}: ${value}`);
  return await worked({ part: 'kubelet', path, byHand, restart: 'systemctl restart kubelet' }, async (text) => {
    for (const place of kubeletFlagPlaces) {
      const flag = FLAGS.exec((await readNodeFile(join(root, place))) ?? '')?.[0];
      if (flag !== undefined) throw new NotUnderstood(`${join(root, place)} gives ${flag}, which wins over this file`);
    }
    return { ...tuneKubelet(text ?? '', tuning), notes: [] };
  });
}

/** What becomes of the settings of k3s or rke2. */
export async function lookAtK3s(path: string, part: RancherName, tuning: Tuning): Promise<FileTuning> {
  const about = { part, path, byHand: k3sByHand(tuning), restart: restartOf(part) };
  return await worked(about, async (text) => {
    for (const other of await filesLike(`${path}.d`, '*.yaml')) {
      if (/^["']?kubelet-arg/m.test((await readNodeFile(other)) ?? ''))
        throw new NotUnderstood(`${other} has a kubelet-arg, too, which wins over this one`, [
          `in ${other}:`,
          ...k3sByHand(tuning),
        ]);
    }
    const notes = tuning.maxAgeMs === undefined ? [] : ['the longest age is not set: the kubelet has no flag for it'];
    return { ...tuneK3s(text ?? '', tuning), notes };
  });
}

export function restartOf(part: RancherName): string {
  return `systemctl restart ${part} (${part === 'k3s' ? 'k3s-agent' : 'rke2-server or rke2-agent'} where it is that)`;
}
