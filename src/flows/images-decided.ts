import type { DecidedAgain } from '../apply/images/images-run.ts';
import { covers } from '../evidence/gap.ts';
import type { ResourceId, ResourceKind } from '../evidence/resource.ts';
import { parseStreamItemKey } from '../evidence/stream-item.ts';
import type { Action } from '../plan/action.ts';
import type { PlannedImages } from './prune-images.ts';

/**
 * What a plan that was just made says of the actions of another one, that is being carried out. An item is the same whatever its place in
 * the history is by now.
 */
export function imagesDecided({ plan, view, decisions }: PlannedImages): DecidedAgain {
  const { evidence } = view;
  const { resources } = evidence;
  const { header } = plan;
  const items = new Map<string, ResourceId>();
  const digests = new Map<string, Set<string>>();
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'stream-item' || !evidence.exists(id)) continue;
    const scope = resources.scope(id);
    const key = resources.key(id);
    items.set(itemName(scope, key, evidence.about(id).createdAtMs), id);
    const inStream = digests.get(scope) ?? new Set();
    digests.set(scope, inStream.add(parseStreamItemKey(key)?.image ?? key));
  }
  const find = ({ target: { kind, scope, key }, expects }: Action): ResourceId | undefined =>
    kind === 'stream-item'
      ? items.get(itemName(scope, key, expects.createdAtMs))
      : resources.find(kind as ResourceKind, scope, key);

  return {
    lookedAtMs: header.evidence.reduce((first, { observedAtMs }) => Math.min(first, observedAtMs), header.madeAtMs),
    digestsIn: (scope) => digests.get(scope) ?? new Set(),
    whyKept: (action) => {
      const { scope } = action.target;
      const gap = header.gaps.find((one) => covers(one.scope, scope));
      if (gap !== undefined) return { guard: 'evidence-stale', why: `${gap.source}: ${gap.cause}` };
      const id = find(action);
      // What nobody names any more is gone, or was let go by this run itself.
      if (id === undefined || !evidence.exists(id) || decisions.isDeleted(id)) return undefined;
      const { code, because } = decisions.reasonOf(id);
      return { guard: code === 'evidence-gap' ? 'evidence-stale' : 'in-use-again', why: because };
    },
  };
}

/** A history may have the same image twice within a second: then they stay or go alike, but for their place. */
function itemName(scope: string, key: string, createdAtMs: number | undefined): string {
  const name = parseStreamItemKey(key);
  return `${scope} ${name?.tag} ${name?.image} ${createdAtMs}`;
}
