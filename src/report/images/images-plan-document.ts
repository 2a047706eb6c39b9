import { parseStreamItemKey, streamIn } from '../../evidence/stream-item.ts';
import type { Action, ActionKind } from '../../plan/action.ts';
import { actionsEmptyingTags, actionsOfKinds } from '../../plan/image-actions.ts';
import type { Document } from '../document.ts';
import { isoTime } from '../words.ts';

/**
 * What goes of OpenShift's images, a list for each kind of thing, each entry with its number in the plan and its reason. Every list streams,
 * and goes through the actions by itself.
 */
export function imagesPlanDocument(actions: Iterable<Action>): Document {
  const only = (kinds: readonly ActionKind[], entry: (action: Action) => object) =>
    listed(() => actionsOfKinds(actions, kinds), entry);
  return [
    ['streamItems', only(['delete-stream-item'], itemEntry)],
    ['streamTags', listed(() => actionsEmptyingTags(actions), tagEntry)],
    ['layerLinks', only(['delete-layer-link'], linkEntry)],
    ['manifestLinks', only(['delete-manifest-link'], linkEntry)],
    ['blobs', only(['delete-blob'], dataEntry)],
    ['images', only(['delete-image'], dataEntry)],
  ];
}

function listed(actions: () => Iterable<Action>, entry: (action: Action) => object): Iterable<object> {
  return {
    *[Symbol.iterator]() {
      for (const action of actions()) yield entry(action);
    },
  };
}

function itemEntry({ n, target, expects, reason, because }: Action): object {
  const { tag, index, image } = parseStreamItemKey(target.key) ?? {};
  const { createdAtMs } = expects;
  const created = createdAtMs === undefined ? undefined : isoTime(createdAtMs);
  return { n, stream: streamIn(target.scope), tag, index, image, created, reason, because };
}

function tagEntry({ n, target, reason, because }: Action): object {
  return { n, stream: streamIn(target.scope), tag: parseStreamItemKey(target.key)?.tag, reason, because };
}

function linkEntry({ n, target, reason, because }: Action): object {
  return { n, repository: streamIn(target.scope), digest: target.key, reason, because };
}

function dataEntry({ n, target, reason, because, freesBytes }: Action): object {
  return { n, digest: target.key, reason, because, freesBytes };
}
