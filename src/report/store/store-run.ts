import type { RunReport } from '../../apply/run-report.ts';
import type { ActionKind } from '../../plan/action.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { counted } from '../words.ts';

/**
 * What a run did to a registry's storage, step by step: honest about what can still be brought back, and what the disk got back.
 */
export function storeRunLines(report: RunReport): readonly string[] {
  const lines = told.flatMap(([kind, say]) => {
    const step = report.steps[kind];
    return step === undefined || step.count === 0 ? [] : say(step);
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

type Say = (step: { readonly count: number; readonly bytes: number }) => readonly string[];

/** @param ofBytes - what is said of the bytes, where they are worth a word */
function say(verb: string, noun: string, ofBytes?: string): Say {
  return ({ count, bytes }) => {
    const more = ofBytes === undefined || bytes === 0 ? '' : `, ${formatBytes(bytes)} ${ofBytes}`;
    return [`${verb} ${counted(count, noun)}${more}`];
  };
}

/** How OpenShift's hard prune ends, word for word: it says `1 blobs`, and scripts look for that. */
const sayAsOpenShift: Say = ({ count, bytes }) => [
  `Deleted ${count} blobs`,
  `Freed up ${formatBytes(bytes)} of disk space`,
];

/** How the storage is named on a command line. */
export function storeAddress({ scope: { store } }: Pick<RunReport, 'scope'>): string {
  return store?.address ?? store?.name ?? '';
}

/** What is said of each kind of step. */
const told: readonly (readonly [kind: ActionKind, say: Say])[] = [
  ['restore-blob', say('Took back', 'blob')],
  ['delete-manifest', say('Deleted', 'untagged manifest')],
  ['unlink-blob', say('Unlinked', 'blob', 'that are not free yet')],
  ['hide-blob', say('Hid', 'blob', 'that can still be brought back')],
  ['purge-blob', sayAsOpenShift],
  ['delete-upload', say('Deleted', 'stale upload', 'given back to the disk')],
  ['delete-temporary', say('Deleted', 'temporary file', 'given back to the disk')],
  ['delete-link', say('Deleted', 'dangling link')],
  ['delete-repository', say('Deleted', 'empty repository')],
];
