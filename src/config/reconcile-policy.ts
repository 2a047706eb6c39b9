import type { ReconcilePolicy } from '../policy/repository-class.ts';
import { type TagRecordLookup, tagRecordLookup } from '../policy/tag-records.ts';
import type { Settings } from './settings.ts';

/** The policy of `reconcile`. */
export function reconcilePolicy(settings: Pick<Settings, 'reconcile'>): ReconcilePolicy {
  return { classes: settings.reconcile.classes };
}

/** Which records a tag's name stands for. */
export function recordsOfTags(settings: Pick<Settings, 'tagRecords' | 'records'>): TagRecordLookup {
  return tagRecordLookup(
    settings.tagRecords,
    settings.records.map(({ name }) => name),
  );
}
