import { beforeEach, describe, expect, test } from 'vitest';
import { CodedError } from '../../util/pure/coded-error.ts';
import { inRounds } from './rounds.ts';

const EVERY_MS = 3_600_000;

let stop: AbortController;
let clockMs: number;
let waits: number[];
let told: unknown[];

beforeEach(() => {
  stop = new AbortController();
  [clockMs, waits, told] = [0, [], []];
});

/** @param stopAt - the wait in which it is stopped */
const rounds = (round: (n: number) => Promise<0 | 3>, stopAt: number) => {
  let n = 0;
  const options = {
    everyMs: EVERY_MS,
    tell: async (error: unknown) => {
      told.push(error);
      return 1 as const;
    },
    wait: async (ms: number, signal: AbortSignal) => {
      waits.push(ms);
      if (waits.length === stopAt) stop.abort(new Error('stopped'));
      signal.throwIfAborted();
      clockMs += ms;
    },
  };
  return inRounds({ nowMs: () => clockMs, signal: stop.signal }, options, () => round(++n));
};

describe('a run that is repeated', () => {
  test('begins each round so long after the last one began, and ends with the code of the last when it is stopped', async () => {
    const began: number[] = [];
    const code = await rounds(async (n) => {
      began.push(clockMs);
      clockMs += n * 60_000;
      return n === 2 ? 3 : 0;
    }, 2);

    expect(code).toBe(3);
    expect(began).toEqual([0, EVERY_MS]);
    expect(waits).toEqual([EVERY_MS - 60_000, EVERY_MS - 120_000]);
    expect(told).toEqual([]);
  });

  test('goes on at once after a round that took longer', async () => {
    await rounds(async () => {
      clockMs += 2 * EVERY_MS;
      return 0;
    }, 1);

    expect(waits).toEqual([0]);
  });

  test('tells of a round that failed, and goes on', async () => {
    const failure = new Error('the storage is away');
    const code = await rounds(async (n) => {
      if (n < 3) throw failure;
      return 0;
    }, 3);

    expect([told, code]).toEqual([[failure, failure], 0]);
  });

  test('ends with the code of a failure when the last round failed', async () => {
    const code = await rounds(async () => {
      throw new Error('the storage is away');
    }, 1);

    expect(code).toBe(1);
  });

  test('ends at once when the first round shows that its settings are wrong, and later only tells it', async () => {
    const wrong = new CodedError('CONFIG_INVALID', 'no storage is named', {});

    await expect(rounds(() => Promise.reject(wrong), 1)).rejects.toBe(wrong);
    expect([waits, told]).toEqual([[], []]);
    const code = await rounds((n) => (n === 1 ? Promise.resolve(0) : Promise.reject(wrong)), 2);
    expect([told, code]).toEqual([[wrong], 1]);
  });

  test('says that it was stopped in the midst of a round', async () => {
    const round = async (): Promise<0> => {
      stop.abort(new Error('stopped'));
      throw stop.signal.reason;
    };

    await expect(rounds(round, 9)).rejects.toThrow('stopped');
    expect(told).toEqual([]);
  });
});
