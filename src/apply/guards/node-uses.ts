import type { Evidence } from '../../evidence/evidence.ts';
import type { Gap } from '../../evidence/gap.ts';
import { fullImageName, mayBeFrom } from '../../evidence/link-node-images.ts';
import type { Action } from '../../plan/action.ts';
import type { Guard } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import { askedLately } from './asked-lately.ts';
import { failClosed } from './fail-closed.ts';
import { namesInUse } from './uses-now.ts';

/** What clusters and static pods use at this moment, of the images of a node. */
export interface NodeUsesNow {
  readonly gaps: readonly Gap[];
  /** Who uses an image, by one of its names in full, a digest, or its id. */
  readonly users: ReadonlyMap<string, string>;
  /** Who names something that can't be read, and may mean any image. */
  readonly unread: string | undefined;
}

/** Makes what was stated fit for being asked. @param sinceMs - workloads that have ended count where they were made after this */
export function nodeUsesNow(evidence: Evidence, sinceMs: number): NodeUsesNow {
  const users = new Map<string, string>();
  let unread: string | undefined;
  for (const { name, scope, by } of namesInUse(evidence, sinceMs)) {
    // Names of image streams mean nothing to a node's runtime.
    if (scope !== '') continue;
    const full = fullImageName(name);
    if (full === undefined) unread ??= by;
    else if (!users.has(full)) users.set(full, by);
  }
  return { gaps: evidence.gaps.filter(({ hides }) => hides === 'holds'), users, unread };
}

export interface NodeUsesOptions {
  /** Asks all of them anew. */
  readonly read: (signal: AbortSignal) => Promise<NodeUsesNow>;
  readonly nowMs: () => number;
  /** How old an answer may be, at least. */
  readonly maxAgeMs: number;
}

export interface NodeUsesGuard {
  /** Holds images back that are named by now. Who can't be asked holds back all that he may use. */
  readonly guard: Guard;
  /** Asks, unless there is a fresh answer. @throws what a cluster refuses for: settings that are wrong */
  readonly ask: (signal: AbortSignal) => Promise<NodeUsesNow>;
}

/** Has the clusters asked again, and the static pods read again, while images of a node go. */
export function nodeUsesAgree(options: NodeUsesOptions): NodeUsesGuard {
  const ask = askedLately(options);
  const guard = failClosed(async (action, signal) =>
    action.do === 'remove-image' ? compare(await ask(signal), action) : undefined,
  );
  return { guard, ask };
}

function compare({ gaps, users, unread }: NodeUsesNow, { target, names = [] }: Action): Outcome | undefined {
  const gap = gaps.find(({ scope }) => mayBeFrom(scope, names));
  if (gap !== undefined) return { result: 'skipped', guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };
  const used = [...names, target.key]
    .map((name) => users.get(fullImageName(name) ?? ''))
    .find((by) => by !== undefined);
  const why = used ?? (unread === undefined ? undefined : `${unread}, which may be this`);
  return why === undefined ? undefined : { result: 'skipped', guard: 'in-use-again', why };
}
