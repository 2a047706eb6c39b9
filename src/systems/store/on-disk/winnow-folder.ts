import { join } from 'node:path';
import { type Digest, hexOf } from '../../../oci/digest.ts';
import type { StorePart } from '../contract.ts';

/*
 * What Winnow keeps on a registry's own storage, shared by all stores that lie on a file system. `<root>` is the folder that the
 * registry calls its root; no registry looks into a folder of this name.
 *
 *   <root>/.winnow/
 *     lock                                        who is at work on this storage
 *     part-<i>-of-<n>                             who is at work on a part of it
 *     ledger.ndjson                               blobs whose links are gone, and since when
 *     ledger-<i>-of-<n>.ndjson                    the same of a part, until it is taken over into that of the whole
 *     quarantine/<runId>/when                     when the last blobs of that run came here, by the storage's own clock
 *     read-only.json                              that a run has switched the registry to read-only mode, and how it was before
 *     quarantine/<runId>/sha256/<hh>/<hex>        the data of a hidden blob; hh: first two of hex
 */
export const WINNOW_FOLDER = '.winnow';

/** @param root - of the registry's storage */
export function winnowFolder(root: string): string {
  return join(root, WINNOW_FOLDER);
}

export function lockPath(root: string): string {
  return join(winnowFolder(root), 'lock');
}

export function ledgerPath(root: string): string {
  return join(winnowFolder(root), 'ledger.ndjson');
}

export function partLockName({ index, count }: StorePart): string {
  return `part-${index}-of-${count}`;
}

export function partLedgerPath(root: string, { index, count }: StorePart): string {
  return join(winnowFolder(root), `ledger-${index}-of-${count}.ndjson`);
}

/** Parts that have a lock, or a ledger, by the names in Winnow's folder. */
export function partsAmong(names: readonly string[], of: 'lock' | 'ledger'): readonly StorePart[] {
  const form = of === 'lock' ? /^part-(\d+)-of-(\d+)$/ : /^ledger-(\d+)-of-(\d+)\.ndjson$/;
  return names.flatMap((name) => {
    const [, index, count] = form.exec(name) ?? [];
    return index === undefined ? [] : [{ index: Number(index), count: Number(count) }];
  });
}

export function quarantineFolder(root: string): string {
  return join(winnowFolder(root), 'quarantine');
}

export function runQuarantineFolder(root: string, runId: string): string {
  return join(quarantineFolder(root), runId);
}

/** Of a run. */
export function sinceNotePath(root: string, runId: string): string {
  return join(runQuarantineFolder(root, runId), 'when');
}

/** @param digest - a sha256 digest */
export function hiddenPath(root: string, runId: string, digest: Digest): string {
  const hex = hexOf(digest);
  return `${root}/${WINNOW_FOLDER}/quarantine/${runId}/sha256/${hex.slice(0, 2)}/${hex}`; // not join(): asked for each of millions
}
