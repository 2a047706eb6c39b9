import { firstClaims } from '../../evidence/claims.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { covers } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import { edgeKinds } from '../../evidence/sink.ts';
import type { Action } from '../../plan/action.ts';
import type { Guard } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { askedLately } from './asked-lately.ts';
import { failClosed } from './fail-closed.ts';

/** What the records say at this moment. */
export interface RecordsNow {
  readonly evidence: Evidence;
  /** The records that name a tag or a manifest. */
  readonly owners: ReadonlyMap<ResourceId, readonly ResourceId[]>;
  readonly held: ReadonlyMap<ResourceId, string>;
  readonly retired: ReadonlyMap<ResourceId, string>;
}

/** Makes what the record sources stated fit for being asked. */
export function recordsNow(evidence: Evidence): RecordsNow {
  const { from, to, kinds, length } = evidence.edges;
  const owners = new Map<ResourceId, ResourceId[]>();
  for (let n = 0; n < length; n += 1) {
    if (edgeKinds[kinds[n] as number] !== 'record') continue;
    const known = owners.get(to[n] as ResourceId);
    if (known === undefined) owners.set(to[n] as ResourceId, [from[n] as ResourceId]);
    else known.push(from[n] as ResourceId);
  }
  return { evidence, owners, held: firstClaims(evidence.holds), retired: firstClaims(evidence.retires) };
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

export interface RecordsGuard {
  /** Holds back what an active record owns by now, and what the records no longer retire. Records that can't be read hold back all. */
  readonly guard: Guard;
  /** Asks the records unless there is a fresh answer. @throws what a source refuses for: settings or credentials that are wrong */
  readonly ask: (signal: AbortSignal) => Promise<RecordsNow>;
}

/** Has the records asked again while a plan is applied. */
export function recordsAgree(options: RecordsAgreeOptions): RecordsGuard {
  const ask = askedLately(options);
  return { guard: failClosed(async (action, signal) => compare(await ask(signal), options, action)), ask };
}

function compare(now: RecordsNow, options: RecordsAgreeOptions, action: Action): Outcome | undefined {
  const { evidence, held, retired } = now;
  const gap = evidence.gaps.find((one) => one.hides === 'holds' && covers(one.scope, action.target.scope));
  if (gap !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };

  const owners = ownersOf(now, options, action);
  const active = owners.map((id) => held.get(id)).find((by) => by !== undefined);
  if (active !== undefined) return { result: 'skipped', guard: 'record-changed', why: `${active} owns it now` };
  if (action.reason !== 'inactive-record') return undefined;
  if (owners.some((id) => retired.has(id))) return undefined;
  return { result: 'skipped', guard: 'record-changed', why: 'no record retires it any longer' };
}

function ownersOf(
  { evidence, owners }: RecordsNow,
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
  const byEdge = named.flatMap((id) => owners.get(id) ?? []);
  return [...named, ...byEdge, ...byName.filter((id) => id !== undefined)];
}
