import { restorableLines } from '../apply/images/restorable-lines.ts';
import { restoreImages } from '../apply/images/restore-images.ts';
import { linkStreams } from '../evidence/link-streams.ts';
import { streamIn } from '../evidence/stream-item.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageApi } from '../systems/cluster/contract.ts';
import type { IntegratedRegistry } from '../systems/integrated-registry/contract.ts';
import { survey } from './survey.ts';
import { type UndoInput, type UndoReport, undoRun } from './undo-run.ts';

export interface UndoImagesInput extends Omit<UndoInput, 'restore'> {
  readonly api: ImageApi;
  /** Absent where the run changed API objects only. */
  readonly registry?: IntegratedRegistry;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Brings back what a run took from OpenShift, under the same lease: Image objects, links, and items in their places. The data of layers is
 * gone for good where the run deleted it, and that is told by name.
 */
export async function undoImagesRun(input: UndoImagesInput): Promise<UndoReport> {
  const { journal, api } = input;
  const restore = restoreImages({ ...input, repositoriesWith: repositoriesOf(api, input.nowMs) });
  const readBackwards = (runId: string) => restorableLines(journal.readBackwards(runId));
  return await undoRun({ ...input, restore, journal: { ...journal, readBackwards } });
}

/** Which repositories have a blob, as the image API tells; it is asked at the first question, once. */
function repositoriesOf(api: ImageApi, nowMs: () => number) {
  let asked: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  return async (digest: Digest, signal: AbortSignal): Promise<readonly string[]> => {
    asked ??= readRepositories(api, nowMs, signal);
    return (await asked).get(digest) ?? [];
  };
}

async function readRepositories(api: ImageApi, nowMs: () => number, signal: AbortSignal) {
  const { evidence, sink } = await survey([api.source()], nowMs, signal);
  linkStreams(evidence, sink, api.name);
  const { resources } = evidence;
  const repositories = new Map<string, string[]>();
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'layer-link' || !evidence.exists(id)) continue;
    const digest = resources.key(id);
    const known = repositories.get(digest) ?? [];
    known.push(streamIn(resources.scope(id)));
    repositories.set(digest, known);
  }
  return repositories;
}
