import type { StoreCounts } from '../../plan/store-counts.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';

/** A plan for a registry's storage, as it is shown. */
export interface StorePlanToShow extends PlanToShow {
  readonly store: StoreCounts;
}

/** The last line of a shown plan. */
export function nextStoreCommand({ header, store, next }: StorePlanToShow): string {
  if (header.broken.length > 0) return 'look at all actions with -o wide; raise the limit only if they are all right';
  if (header.actionCount > 0)
    return next ?? 'the same command with --confirm, or with --plan-out FILE and then: winnow apply FILE --confirm';
  if (store.young > 0) return 'run it again when they are older, or choose another --min-blob-age';
  if (store.unneeded === 0 && store.hidden === 0)
    return 'what needs these blobs has to go first: tags by winnow prune, winnow reconcile or winnow tag rm, manifests without a tag by --delete-untagged';
  return 'winnow hard-prune status shows what is on its way out, and when it goes';
}
