import { expect, test } from 'vitest';
import { brokenLimits } from '../plan/limits.ts';
import { raisedLimits } from './raised-limits.ts';

const repository = (name: string, found: number, removed: number) => ({
  ...{ repository: name, class: 'c', found, live: 0, removed, keptByReason: {}, freesBytes: 0 },
});

test('limits are raised as far as the plan needs, and not further', () => {
  const repositories = [repository('a', 90, 70), repository('b', 30, 28)];
  const limits = { maxDeletions: 10, maxShare: 0.5, maxShareOfRepository: 0.5, minRemaining: 21 };
  const broken = brokenLimits(limits, repositories);
  expect(broken).toHaveLength(6);

  const raised = raisedLimits('prune', broken);

  expect(raised).toEqual([
    ...['--max-deletions=98', '--max-share=0.8167', '--max-share-of-repository=0.9334', '--min-remaining=2'],
  ]);
  const values = Object.fromEntries(raised.map((one) => one.split('=')));
  expect(
    brokenLimits(
      {
        maxDeletions: Number(values['--max-deletions']),
        maxShare: Number(values['--max-share']),
        maxShareOfRepository: Number(values['--max-share-of-repository']),
        minRemaining: Number(values['--min-remaining']),
      },
      repositories,
    ),
  ).toEqual([]);
});

test('a drop and a ratio of blobs are allowed altogether', () => {
  expect(raisedLimits('hard-prune', ['maxDeleteRatio: 30 of 40 blobs would go, more than 30 %; allow it'])).toEqual([
    '--max-delete-ratio=1',
  ]);
  expect(raisedLimits('reconcile', ['maxDropShare: the registry had 90 tags at the last run'])).toEqual([
    '--max-drop-share=1',
  ]);
});

test('a limit without a flag of the flow raises none', () => {
  expect(raisedLimits('node-gc', ['maxDeletions: 12 tags would go, more than 3'])).toEqual([]);
  expect(raisedLimits('prune', ['It is a strange sentence'])).toEqual([]);
  expect(raisedLimits('prune', [])).toEqual([]);
});
