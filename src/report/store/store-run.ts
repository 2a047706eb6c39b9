import type { RunReport } from '../../apply/run-report.ts';
import type { ActionKind } from '../../plan/action.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { counted } from '../words.ts';

/**
 * What a run did to a registry's storage, step by step: honest about what can still be brought back, and what the disk got back.
 */
export function storeRunLines(report: RunReport): readonly string[] {
  const lines = told.flatMap(([kind, verb, noun, bytesWord]) => {
    const step = report.steps[kind];
    if (step === undefined || step.count === 0) return [];
    const bytes = bytesWord === '' || step.bytes === 0 ? '' : `, ${formatBytes(step.bytes)}${bytesWord}`;
    return [`${verb} ${counted(step.count, noun)}${bytes}`];
  });
  const { blobs = 0, links = 0 } = report.broughtBack ?? {};
  if (blobs + links > 0)
    lines.push(
      `Brought back ${counted(blobs, 'blob')} and ${counted(links, 'link')} that somebody asked for meanwhile`,
    );
  return lines;
}

/** Whether a run was on a registry's storage. */
export function isOfStore({ scope }: Pick<RunReport, 'scope'>): boolean {
  return scope.store !== undefined;
}

/** What is said of each kind of step, and of its bytes. */
const told: readonly (readonly [kind: ActionKind, verb: string, noun: string, bytesWord: string])[] = [
  ['restore-blob', 'Took back', 'blob', ''],
  ['delete-manifest', 'Deleted', 'untagged manifest', ''],
  ['unlink-blob', 'Unlinked', 'blob', ' that are not free yet'],
  ['hide-blob', 'Hid', 'blob', ' that can still be brought back'],
  ['purge-blob', 'Deleted', 'blob', ' given back to the disk'],
  ['delete-upload', 'Deleted', 'stale upload', ' given back to the disk'],
  ['delete-temporary', 'Deleted', 'temporary file', ' given back to the disk'],
  ['delete-link', 'Deleted', 'dangling link', ''],
  ['delete-repository', 'Deleted', 'empty repository', ''],
];
