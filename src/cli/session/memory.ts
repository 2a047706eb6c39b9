import type { Evidence } from '../../evidence/evidence.ts';
import { guardShrink, shrankStrangely } from '../../evidence/shrink.ts';
import type { Source } from '../../evidence/sink.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { systemName } from '../../plan/plan.ts';
import type { RepositoryCounts } from '../../plan/repository-counts.ts';
import type { State, TagObservation } from '../../systems/state/contract.ts';
import type { OpenRecords } from './session.ts';

/** Below this many, a count falls by half on any quiet day. */
const TOO_FEW_TO_COMPARE = 20;

const dropHint =
  'make sure that the source is whole; if so many are really gone, allow it for one run with --max-drop-share 1 (a maxDropShare of the source itself goes before it)';

/** A record source that also compares its number of rows with the last time, and says so when too many are missing. */
export function watchedRecords({ source, countedAs, maxDropShare }: OpenRecords, host: string, state: State): Source {
  const counted = countsName(host, countedAs);
  return {
    name: source.name,
    survey: async (sink, signal) => {
      await source.survey(sink, signal);
      if (source.rowCount === undefined) return;
      const current = { rows: source.rowCount };
      const previous = comparable(await state.lastCounts(counted), current);
      const gap = guardShrink({
        ...{ source: source.name, scope: host, hides: 'holds', maxDropShare },
        ...{ previous, current },
      });
      if (gap !== undefined) sink.gap({ ...gap, hint: dropHint });
    },
  };
}

/** Remembers how many rows there were. What shrank strangely is not remembered: the next run is to be as wary as this one. */
export async function rememberRecords(
  records: readonly OpenRecords[],
  host: string,
  state: State,
  nowMs: number,
): Promise<void> {
  for (const { source, countedAs, maxDropShare } of records) {
    if (source.rowCount === undefined) continue;
    const counted = countsName(host, countedAs);
    const current = { rows: source.rowCount };
    if (shrankStrangely(comparable(await state.lastCounts(counted), current), current, maxDropShare) === undefined)
      await state.rememberCounts(counted, current, nowMs);
  }
}

/** A sentence for each of the registry's counts that dropped strangely since the last run. */
export async function registryDrops(
  repositories: readonly RepositoryCounts[],
  host: string,
  state: State,
  maxDropShare: number,
): Promise<readonly string[]> {
  const previous = Object.fromEntries(
    Object.entries((await state.lastCounts(`registry ${host}`)) ?? {}).filter(
      ([, count]) => count >= TOO_FEW_TO_COMPARE,
    ),
  );
  const fell = shrankStrangely(previous, registryCounts(repositories), maxDropShare);
  if (fell === undefined) return [];
  return [
    `maxDropShare: the registry had ${fell.before} ${fell.name} at the last run and has ${fell.now} now; if they are really gone, allow it for one run with --max-drop-share 1`,
  ];
}

/** The counts that say something when they fall: many, or all. Of three rows two may go on any day, but none left is an empty answer. */
function comparable(
  previous: Readonly<Record<string, number>> | undefined,
  current: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(previous ?? {}).filter(([name, count]) => count >= TOO_FEW_TO_COMPARE || current[name] === 0),
  );
}

/** Remembers how much there was, and after a run how much is left: what Winnow removed itself is no surprise. */
export async function rememberRegistry(
  header: PlanHeader,
  state: State,
  nowMs: number,
  removedTags = 0,
): Promise<void> {
  if (header.gaps.some((gap) => gap.hides === 'existence')) return;
  const { tags, repositories } = registryCounts(header.repositories);
  await state.rememberCounts(`registry ${systemName(header.scope)}`, { tags: tags - removedTags, repositories }, nowMs);
}

function registryCounts(repositories: readonly RepositoryCounts[]): {
  readonly tags: number;
  readonly repositories: number;
} {
  return { tags: repositories.reduce((sum, { found }) => sum + found, 0), repositories: repositories.length };
}

/** Notes each tag with the digest that it is on, and looks up since when it has been there. */
export async function rememberTags(
  evidence: Evidence,
  state: State,
  nowMs: number,
): Promise<(tag: number) => number | undefined> {
  const observed = [...observations(evidence)];
  const known = new Map<number, number>();
  for (const { id, ...observation } of observed) {
    const since = await state.firstSeenMs(observation);
    if (since !== undefined) known.set(id, since);
  }
  await state.observeTags(observed, nowMs);
  return (tag) => known.get(tag);
}

function* observations(evidence: Evidence): Generator<TagObservation & { readonly id: number }> {
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'tag' || !evidence.exists(id)) continue;
    const digest: Digest | undefined = evidence.about(id).digest;
    if (digest !== undefined && isDigest(digest))
      yield { id, scope: resources.scope(id), tag: resources.key(id), digest };
  }
}

function countsName(host: string, countedAs: string): string {
  return `records ${countedAs} of ${host}`;
}
