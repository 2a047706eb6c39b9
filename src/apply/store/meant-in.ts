import type { Digest } from '../../oci/digest.ts';
import type { PendingBlob } from '../../systems/store/contract.ts';
import type { IntendedLinks } from './intended-links.ts';
import type { StoreRun } from './store-run.ts';
import { runThatBegan } from './unlink-note.ts';

/** The repositories from which a blob was to be taken. */
export type MeantIn = ReadonlyMap<Digest, readonly string[]>;

/** From which repositories each was to be taken. Where the journal of that run is lost, any may have been meant. */
export async function meantIn(
  run: StoreRun,
  begun: ReadonlyMap<Digest, PendingBlob>,
  intended: IntendedLinks,
  signal: AbortSignal,
): Promise<MeantIn> {
  const meant = new Map<Digest, readonly string[]>();
  for (const [runId, digests] of byRun(begun)) {
    const known = await intended(runId, digests);
    const anywhere = known === undefined ? await allRepositories(run, signal) : [];
    for (const digest of digests) meant.set(digest, known === undefined ? anywhere : (known.get(digest) ?? []));
  }
  return meant;
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
