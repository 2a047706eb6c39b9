import { classOf, type ReconcilePolicy, type RepositoryClass } from '../policy/repository-class.ts';
import { type TagRecordLookup, tagRecordLookup } from '../policy/tag-records.ts';
import type { Settings } from './settings.ts';

/** The policy of `reconcile`. */
export function reconcilePolicy(settings: Pick<Settings, 'reconcile'>): ReconcilePolicy {
  return { classes: settings.reconcile.classes };
}

/** The class of a repository; undefined where none names it. */
export function classOfRepository(
  settings: Pick<Settings, 'reconcile'>,
  repository: string,
): RepositoryClass | undefined {
  return classOf(reconcilePolicy(settings), repository);
}

/** Which records a tag's name stands for. */
export function recordsOfTags(settings: Pick<Settings, 'tagRecords' | 'records'>): TagRecordLookup {
  return tagRecordLookup(
    settings.tagRecords,
    settings.records.map(({ name }) => name),
  );
}
