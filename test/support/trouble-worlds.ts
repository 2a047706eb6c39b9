import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenshiftObjects, openshiftObjects } from './openshift-objects.ts';

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
