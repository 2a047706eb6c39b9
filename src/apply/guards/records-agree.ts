import { firstClaims } from '../../evidence/claims.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { covers } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { buildGraph, type Graph, keptBy, reverseGraph } from '../../graph/graph.ts';
import type { Action } from '../../plan/action.ts';
import type { Guard } from '../doer.ts';
import type { Outcome } from '../outcome.ts';

/** What the records say at this moment. */
export interface RecordsNow {
  readonly evidence: Evidence;
  /** Who keeps what, among records and what they name. */
  readonly keepers: Graph;
  readonly held: ReadonlyMap<ResourceId, string>;
  readonly retired: ReadonlyMap<ResourceId, string>;
}

/** Makes what the record sources stated fit for being asked. */
export function recordsNow(evidence: Evidence): RecordsNow {
  const keepers = reverseGraph(buildGraph(evidence.resources.size, evidence.edges));
  return { evidence, keepers, held: firstClaims(evidence.holds), retired: firstClaims(evidence.retires) };
}

export interface RecordsAgreeOptions {
  /** Asks all record sources anew. */
  readonly read: (signal: AbortSignal) => Promise<RecordsNow>;
  /** Records that a tag's name stands for, as in the survey. */
  readonly recordsOf: (scope: string, tag: string) => readonly { readonly source: string; readonly id: string }[];
  readonly nowMs: () => number;
  /** How old an answer may be, at least; ten times what the asking takes, when that is longer. */
  readonly maxAgeMs: number;
}

/** Holds back what an active record owns by now, and what the records no longer retire. Records that can't be read hold back all. */
export function recordsAgree(options: RecordsAgreeOptions): Guard {
  const { nowMs } = options;
  let answer: { readonly now: Promise<RecordsNow>; readonly askedAtMs: number; tookMs: number } | undefined;

  const ask = (signal: AbortSignal): Promise<RecordsNow> => {
    if (answer !== undefined && nowMs() - answer.askedAtMs <= Math.max(options.maxAgeMs, 10 * answer.tookMs))
      return answer.now;
    const asked = { now: options.read(signal), askedAtMs: nowMs(), tookMs: 0 };
    asked.now.then(
      () => {
        asked.tookMs = nowMs() - asked.askedAtMs;
      },
      () => undefined,
    );
    answer = asked;
    return asked.now;
  };

  return async (action, signal) => {
    try {
      return compare(await ask(signal), options, action);
    } catch (error) {
      if (signal.aborted) return { result: 'skipped', guard: 'stopped', why: 'the run was stopped' };
      const why = error instanceof Error ? error.message : String(error);
      return { result: 'skipped', guard: 'evidence-stale', why };
    }
  };
}

function compare(
  { evidence, keepers, held, retired }: RecordsNow,
  options: RecordsAgreeOptions,
  action: Action,
): Outcome | undefined {
  const gap = evidence.gaps.find((one) => one.hides === 'holds' && covers(one.scope, action.target.scope));
  if (gap !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };

  const owners = ownersOf(evidence, keepers, options, action);
  const active = owners.map((id) => held.get(id)).find((by) => by !== undefined);
  if (active !== undefined) return { result: 'skipped', guard: 'record-changed', why: `${active} owns it now` };
  if (action.reason !== 'inactive-record') return undefined;
  if (owners.some((id) => retired.has(id))) return undefined;
  return { result: 'skipped', guard: 'record-changed', why: 'no record retires it any longer' };
}

function ownersOf(
  evidence: Evidence,
  keepers: Graph,
  options: RecordsAgreeOptions,
  action: Action,
): readonly ResourceId[] {
  const { scope, key, kind } = action.target;
  const { resources } = evidence;
  const digest = kind === 'manifest' ? key : action.expects.digest;
  const named = [
    resources.find(kind, scope, key),
    digest === undefined ? undefined : resources.find('manifest', scope, digest),
  ].filter((id) => id !== undefined);
  const byName =
    kind === 'tag' ? options.recordsOf(scope, key).map(({ source, id }) => resources.find('record', source, id)) : [];
  const byEdge = named.flatMap((id) => (id < keepers.size ? [...keptBy(keepers, id)].map((arc) => arc.id) : []));
  return [...named, ...byEdge, ...byName.filter((id) => id !== undefined)];
}
