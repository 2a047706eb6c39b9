import { statfs } from 'node:fs/promises';
import type { PlanHeader } from '../../plan/plan.ts';
import type { DiskReading, InventoryHeader } from '../../systems/history/contract.ts';
import { errnoOf } from '../../util/pure/system-failure.ts';

/** How full what a plan is about was when it was made, as far as anybody knows. */
export async function disksOf(
  header: PlanHeader,
  inventory: InventoryHeader | undefined,
): Promise<readonly DiskReading[]> {
  const nodes = [header, ...(header.fleet?.nodes ?? []).map((one) => one.header)];
  return [...ofRegistry(inventory), ...nodes.flatMap(ofNode), ...(await ofStore(header))];
}

function ofRegistry(inventory: InventoryHeader | undefined): readonly DiskReading[] {
  if (inventory === undefined) return [];
  const { target, madeAtMs, bytes, reclaimableBytes } = inventory;
  return [{ target, kind: 'registry', atMs: madeAtMs, usedBytes: bytes, reclaimableBytes }];
}

/** Of several disks each has its path behind the node's name. */
function ofNode({ scope, node, madeAtMs, freesBytes }: PlanHeader): readonly DiskReading[] {
  if (node === undefined || scope.node === undefined) return [];
  const { name } = scope.node;
  return node.disks.map(({ path, capacityBytes, availableBytes }) => ({
    target: node.disks.length === 1 ? name : `${name}:${path}`,
    kind: 'node',
    atMs: madeAtMs,
    usedBytes: capacityBytes - availableBytes,
    capacityBytes,
    reclaimableBytes: freesBytes,
  }));
}

/** The file system on which a storage lies, where it lies on one of this machine. */
async function ofStore({ scope, store, madeAtMs }: PlanHeader): Promise<readonly DiskReading[]> {
  const folder = /^(?:distribution-fs|trow-files):(\/.*)$/.exec(scope.store?.name ?? '')?.[1];
  if (store === undefined || scope.store === undefined || folder === undefined) return [];
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    return [
      {
        target: scope.store.name,
        kind: 'store',
        atMs: madeAtMs,
        usedBytes: (blocks - bavail) * bsize,
        capacityBytes: blocks * bsize,
        reclaimableBytes: store.wouldDelete.reclaimableBytes,
      },
    ];
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return []; // another container may see the storage, and we not
  }
}
