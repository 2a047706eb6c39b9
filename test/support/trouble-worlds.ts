import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenshiftObjects, openshiftObjects } from './openshift-objects.ts';
import { image, type StoreWorld } from './store-world/index.ts';

/*
 * Small worlds for the page on troubleshooting: what it shows was printed in these.
 */

/**
 * OpenShift's own example of an image that is never pruned: it stands at position 4 of myapp:v2, at 2 of myapp:v2.1, and at 0 of
 * myapp:v2.1-may-2016.
 */
export function datedTag(nowMs: number): OpenshiftObjects & { readonly obsolete: string } {
  const built = openshiftObjects(
    [
      {
        name: 'shop/myapp',
        tags: { v2: ['E', 'D', 'C', 'B', 'A'], 'v2.1': ['G', 'F', 'A'], 'v2.1-may-2016': ['A'] },
      },
    ],
    nowMs,
  );
  return { ...built, obsolete: built.image('A').digest };
}

/** Writes objects as `oc get -o json` does, a file for each kind. @returns the folder */
export function writeObjects(folder: string, { objects }: Pick<OpenshiftObjects, 'objects'>): string {
  mkdirSync(folder, { recursive: true });
  for (const kind of new Set(objects.map((one) => String(one.kind)))) {
    const items = objects.filter((one) => one.kind === kind);
    writeFileSync(
      join(folder, `${kind.toLowerCase()}s.json`),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
  }
  return folder;
}

/** Builds after builds, each with a tag of its own: nothing that lies there is needed by no one. */
export const tagsOnly: StoreWorld = {
  manifests: { A: image(['a']), B: image(['b']), C: image(['c']) },
  repositories: { 'team/app': { tags: { 'build-1': 'A', 'build-2': 'B', 'build-3': 'C' } } },
};

/** The same, a blob whose manifest never came, and an image that has lost a layer. */
export const orphanAndLoss: StoreWorld = {
  manifests: { ...tagsOnly.manifests, X: image(['x']) },
  repositories: { ...tagsOnly.repositories, 'team/broken': { tags: { v1: 'X' } } },
  orphans: ['o'],
  missing: ['x'],
};
