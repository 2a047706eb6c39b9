import { describe, expect, test } from 'vitest';
import type { History, ToldEvent, ToldLog, ToldTransfer } from './contract.ts';

const HOST = 'registry.example:5000';
const MINUTE_MS = 60_000;
const by = (tag: string, more: object = {}) => ({
  ...{ repository: 'team/app', digest: 'sha256:1', tag, userAgent: 'containerd/1.7', actor: '' },
  ...more,
});
const pull = (atMs: number, tag = 'v1', more: object = {}): ToldEvent => ({ atMs, pull: by(tag, more) });
const push = (atMs: number, tag = 'v1', more: object = {}): ToldEvent => ({ atMs, push: by(tag, more) });

async function all(log: ToldLog, host = HOST, pushesSinceMs?: number): Promise<readonly string[]> {
  const found: ToldTransfer[] = [];
  for await (const one of log.transfers(host, pushesSinceMs)) found.push(one);
  return found.map(({ action, tag, userAgent, actor, atMs }) => [action, tag, userAgent, actor, atMs].join(' ')).sort();
}

/** What every history does that keeps what registries tell for all replicas. */
export function toldContract(name: string, open: () => Promise<History>): void {
  const withLog = (work: (log: ToldLog) => Promise<void>) => async () => {
    const history = await open();
    try {
      await work(history.told!);
    } finally {
      await history.close();
    }
  };

  describe(`what registries told ${name}`, () => {
    test(
      'is kept by registry, as it was told, in whatever letters',
      withLog(async (log) => {
        const odd = { ...by('t'), repository: 'a\0\ud800ü', userAgent: '', actor: `${'x'.repeat(299)}ü and more` };
        await log.note(HOST, [{ atMs: 3, push: { ...odd, digest: 'sha256:2' } }, { atMs: 5 }], 10);
        await log.note('other.example', [{ atMs: 7 }], 10);
        const found: ToldTransfer[] = [];
        for await (const one of log.transfers(HOST)) found.push(one);

        expect(found).toEqual([
          {
            ...{ action: 'push', repository: 'a\u{fffd}\u{fffd}ü', digest: 'sha256:2', tag: 't', userAgent: '' },
            ...{ actor: `${'x'.repeat(299)}ü`, atMs: 3 },
          },
        ]);
        expect(await all(log, 'other.example')).toEqual([]);
        expect(await log.registries()).toEqual([
          { host: 'other.example', knownSinceMs: 7 },
          { host: HOST, knownSinceMs: 3 },
        ]);
      }),
    );

    test(
      'is of each that are alike the last, whoever comes first, and twice is once',
      withLog(async (log) => {
        const day = 1000 * MINUTE_MS;
        await log.note(HOST, [pull(day), pull(day + MINUTE_MS, 'v1', { actor: 'carol' }), push(day)], day);
        await log.note(HOST, [pull(day + 2 * MINUTE_MS), pull(day - 5 * MINUTE_MS), push(day + 1)], day);
        await log.note(HOST, [push(day + 1), push(day - 1), push(day - 2, 'v2')], day);

        expect(await all(log)).toEqual([
          `pull v1 containerd/1.7  ${day + 2 * MINUTE_MS}`,
          `pull v1 containerd/1.7 carol ${day + MINUTE_MS}`,
          `push v1 containerd/1.7  ${day + 1}`,
          `push v2 containerd/1.7  ${day - 2}`,
        ]);
      }),
    );

    test(
      'is told of pushes since a moment alone, by when they were told',
      withLog(async (log) => {
        await log.note(HOST, [push(1, 'old'), pull(1)], 100);
        await log.note(HOST, [push(2, 'late'), pull(2, 'v2')], 200);
        await log.note(HOST, [push(300, 'old')], 300);

        expect(await all(log, HOST, 200)).toEqual(['push late containerd/1.7  2', 'push old containerd/1.7  300']);
        expect(await all(log, HOST, 201)).toEqual(['push old containerd/1.7  300']);
      }),
    );

    test(
      'is forgotten by its age, and then known from there',
      withLog(async (log) => {
        await log.note(HOST, [pull(10, 'old'), push(10, 'old')], 10);
        await log.note(HOST, [pull(50, 'new')], 50);
        await log.note('silent.example', [pull(10)], 10);

        await log.forget(50);

        expect(await all(log)).toEqual(['pull new containerd/1.7  50']);
        expect(await log.registries()).toEqual([{ host: HOST, knownSinceMs: 50 }]);
        await log.forget(51);
        expect(await log.registries()).toEqual([]);
      }),
    );

    test(
      'comes in pages where there is much of it, also from many who tell the same at once',
      withLog(async (log) => {
        const many = Array.from({ length: 5010 }, (_, n) => push(n, `t${n}`));
        const few = many.slice(0, 200);
        await Promise.all([few, few.toReversed(), few].map((events) => log.note(HOST, events, 9000)));
        await log.note(HOST, many, 9000);

        const found = await all(log);
        expect([found.length, new Set(found).size]).toEqual([5010, 5010]);
      }),
    );
  });
}
