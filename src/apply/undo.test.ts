import { describe, expect, test } from 'vitest';
import { ACTIONS, DONE, manifestAction, tagAction } from '../../test/support/report-examples.ts';
import type { Action } from '../plan/action.ts';
import type { JournalLine } from '../systems/journal/contract.ts';
import { intendLine, outcomeLine } from './journal-entry.ts';
import type { Outcome } from './outcome.ts';
import { type Undone, undo } from './undo.ts';

const moved: Outcome = { result: 'skipped', guard: 'target-changed', why: 'it moved' };
const broken: Outcome = { result: 'failed', code: 'REGISTRY_UNAVAILABLE', why: '503' };

async function* backwards(lines: readonly JournalLine[]): AsyncGenerator<JournalLine> {
  yield* lines.toReversed();
}

const intended = (action: Action) => intendLine(0, { action, saved: `of ${action.n}` });
const ended = ({ n }: Action, outcome: Outcome) => outcomeLine(0, { n, outcome });

async function collect(undone: AsyncIterable<Undone>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const { action } of undone) all.push(action.n);
  return all;
}

describe('undo', () => {
  test('brings back the last removed first, but not what was put back at once', async () => {
    const [v1, v2, manifest] = ACTIONS as [Action, Action, Action];
    const v4 = tagAction(4, 'v4');
    const lines = [intended(v1), ended(v1, DONE), intended(v2), ended(v2, moved), intended(manifest)];
    const all = [...lines, ended(manifest, broken), intended(v4)];
    const saved: unknown[] = [];

    const order = await collect(
      undo(backwards(all), async (one) => {
        saved.push(one.saved);
        return { result: 'restored' };
      }),
    );

    expect(order).toEqual([4, 3, 1]);
    expect(saved).toEqual(['of 4', 'of 3', 'of 1']);
  });

  test('brings a manifest back before the tags that went before it, also where many are under way', async () => {
    const lines = [tagAction(1, 'v1'), tagAction(2, 'v2'), manifestAction(3, [1, 2]), tagAction(4, 'v4')].map(intended);
    const log: string[] = [];

    await collect(
      undo(
        backwards(lines),
        async ({ action: { n } }) => {
          log.push(`begin ${n}`);
          await new Promise((resolve) => setTimeout(resolve, n === 3 ? 20 : 0));
          log.push(`end ${n}`);
          return { result: 'restored' };
        },
        { concurrency: 8 },
      ),
    );

    expect(log.indexOf('end 3')).toBeLessThan(log.indexOf('begin 1'));
    expect(log.indexOf('end 3')).toBeLessThan(log.indexOf('begin 2'));
    expect(log.indexOf('end 4')).toBeLessThan(log.indexOf('end 3'));
  });

  test('reads no more of the journal than it brings back, whatever the length of the run', async () => {
    let read = 0;
    let restored = 0;
    let mostAhead = 0;
    async function* lines(): AsyncGenerator<JournalLine> {
      for (let n = 5000; n > 0; n -= 1) {
        read += 1;
        mostAhead = Math.max(mostAhead, read - restored);
        yield ended(tagAction(n, `v${n}`), DONE);
        yield intended(tagAction(n, `v${n}`));
      }
    }

    const order = await collect(
      undo(
        lines(),
        async () => {
          restored += 1;
          return { result: 'restored' };
        },
        { concurrency: 4 },
      ),
    );

    expect(order).toHaveLength(5000);
    expect(mostAhead).toBeLessThanOrEqual(5);
  });

  test('begins nothing more once it is stopped', async () => {
    let count = 0;
    const restore = async () => {
      count += 1;
      return { result: 'restored' } as const;
    };

    await collect(undo(backwards(ACTIONS.map(intended)), restore, { isStopped: () => count >= 2 }));

    expect(count).toBe(2);
  });
});
