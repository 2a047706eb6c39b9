import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { Removed } from '../undo.ts';
import type { Intentions, IntentionsOf } from './intentions.ts';
import type { StoreRun } from './store-run.ts';
import { runThatBegan } from './unlink-note.ts';

/**
 * What was to be taken away of blobs and manifests whose removal was begun. Where the journal of that run is lost, any repository may have
 * been meant; which manifests it took is not known then.
 */
export async function whatWasBegun(
  run: StoreRun,
  begun: ReadonlyMap<Digest, PendingBlob>,
  intentions: IntentionsOf,
  signal: AbortSignal,
): Promise<Intentions> {
  const links = new Map<Digest, readonly string[]>();
  const manifests: Removed[] = [];
  for (const [runId, digests] of byRun(begun)) {
    const known = await intentions(runId, digests);
    const anywhere = known === undefined ? await allRepositories(run, signal) : [];
    for (const [digest, repositories] of known?.links ?? [...digests].map((digest) => [digest, anywhere] as const))
      links.set(digest, repositories);
    for (const one of known?.manifests ?? []) manifests.push(one);
  }
  return { links, manifests };
}

async function allRepositories({ replicas }: StoreRun, signal: AbortSignal): Promise<readonly string[]> {
  const repositories = new Set<string>();
  for (const replica of replicas) for await (const one of replica.repositories(signal)) repositories.add(one);
  return [...repositories];
}

function byRun(begun: ReadonlyMap<Digest, PendingBlob>): ReadonlyMap<string, ReadonlySet<Digest>> {
  const runs = new Map<string, Set<Digest>>();
  for (const [digest, one] of begun) {
    const name = runThatBegan(one);
    runs.set(name, (runs.get(name) ?? new Set()).add(digest));
  }
  return runs;
}
