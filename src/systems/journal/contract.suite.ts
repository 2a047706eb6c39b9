import { describe, expect, test } from 'vitest';
import type { Journal, JournalLine } from './contract.ts';

const line = (kind: JournalLine['kind'], data: unknown, atMs = 1_700_000_000_000): JournalLine => ({
  atMs,
  kind,
  data,
});

/** What every journal has to do. `open` gives one that has no runs. */
export function journalContract(name: string, open: () => Promise<Journal>): void {
  describe(`${name} as a journal`, () => {
    test('reads back what was appended, in order, whatever the texts in it', async () => {
      const journal = await open();
      const odd = 'line\nfeed \u2028 \u2029 \r "quoted" \\ \u0000 größer 🚢';
      const lines = [
        line('begin', { odd }),
        line('intend', [1, null, true]),
        line('outcome', 'x'),
        line('end', null, 0),
      ];

      const run = await journal.begin('run-1', []);
      await run.append(lines.slice(0, 1));
      await run.append(lines.slice(1));
      await run.close();

      expect(await linesOf(journal, 'run-1')).toEqual(lines);
    });

    test('keeps the order of appends that nobody waited for', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);

      await Promise.all(Array.from({ length: 200 }, (_, at) => run.append([line('intend', at), line('outcome', at)])));

      const data = (await linesOf(journal, 'run-1')).map((read) => read.data);
      expect(data).toEqual(Array.from({ length: 400 }, (_, at) => Math.floor(at / 2)));
      await run.close();
    });

    test('gives the same lines backwards, the last one first', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      expect(await linesBackwards(journal, 'run-1')).toEqual([]);
      const lines = Array.from({ length: 3000 }, (_, at) => line('intend', `${at} ${'ü\u2028'.repeat(at % 400)}`));
      await run.append(lines);

      expect(await linesBackwards(journal, 'run-1')).toEqual(lines.toReversed());
      await run.close();
    });

    test('can be read while it is written', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      expect(await linesOf(journal, 'run-1')).toEqual([]);

      await run.append([line('begin', 1)]);

      expect(await linesOf(journal, 'run-1')).toEqual([line('begin', 1)]);
      await run.close();
    });

    test('keeps what it was given, not what became of it', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      const data = { tags: ['a'] };
      const appended = run.append([line('intend', data)]);
      data.tags.push('b');
      await appended;

      expect(await linesOf(journal, 'run-1')).toEqual([line('intend', { tags: ['a'] })]);
      await run.close();
    });

    test('keeps a copy of the plan, whatever the texts in it, until the run is forgotten', async () => {
      const journal = await open();
      const lines = [
        '{"n":1}',
        '{"odd":"\u2028 \u2029 \r größer"}',
        ...Array.from({ length: 25_000 }, (_, n) => `{"n":${n}}`),
      ];
      await (
        await journal.begin(
          'run-1',
          lines.map((text) => `${text}\n`),
        )
      ).close();
      await (await journal.begin('run-2', [])).close();

      expect(await collect(journal.plan('run-1'))).toEqual(lines);
      expect(await collect(journal.plan('run-2'))).toEqual([]);
      await journal.forget('run-1');
      await expect(collect(journal.plan('run-1'))).rejects.toMatchObject({ code: 'JOURNAL_NO_SUCH_RUN' });
    });

    test('goes on where it was after a reopening', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      await run.append([line('begin', 1)]);
      await run.close();

      const again = await journal.reopen('run-1');
      expect(again.runId).toBe('run-1');
      await again.append([line('end', 2)]);
      await again.close();

      expect(await linesOf(journal, 'run-1')).toEqual([line('begin', 1), line('end', 2)]);
    });

    test('refuses a second run of the same id, and leaves the first one alone', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      await run.append([line('begin', 1)]);

      await expect(journal.begin('run-1', [])).rejects.toMatchObject({ code: 'JOURNAL_RUN_EXISTS' });

      await run.append([line('end', 2)]);
      await run.close();
      expect(await linesOf(journal, 'run-1')).toHaveLength(2);
    });

    test('lists runs newest first', async () => {
      const journal = await open();
      expect(await journal.runs()).toEqual([]);
      for (const id of ['20260102t000000z-b', '20260101t000000z-a', '20260102t000000z-a'])
        await (await journal.begin(id, [])).close();

      expect(await journal.runs()).toEqual(['20260102t000000z-b', '20260102t000000z-a', '20260101t000000z-a']);
    });

    test('forgets a run, and takes no offence when it is gone already', async () => {
      const journal = await open();
      await (await journal.begin('run-1', [])).close();
      await (await journal.begin('run-2', [])).close();

      await journal.forget('run-1');
      await journal.forget('run-1');

      expect(await journal.runs()).toEqual(['run-2']);
      await expect(linesOf(journal, 'run-1')).rejects.toMatchObject({ code: 'JOURNAL_NO_SUCH_RUN' });
      await (await journal.begin('run-1', [])).close();
    });

    test('knows no run that never was', async () => {
      const journal = await open();

      await expect(linesOf(journal, 'run-1')).rejects.toMatchObject({ code: 'JOURNAL_NO_SUCH_RUN' });
      await expect(linesBackwards(journal, 'run-1')).rejects.toMatchObject({ code: 'JOURNAL_NO_SUCH_RUN' });
      await expect(journal.reopen('run-1')).rejects.toMatchObject({ code: 'JOURNAL_NO_SUCH_RUN' });
    });

    test.each(['', '.', '..', '../x', 'a/b', 'a\\b', '/etc', 'UPPER', 'a b', 'a\0b', '-a', '.hidden', 'x'.repeat(129)])(
      'takes no %j for the id of a run',
      async (id) => {
        const journal = await open();
        const refusal = { code: 'JOURNAL_RUN_ID_INVALID' };

        await expect(journal.begin(id, [])).rejects.toMatchObject(refusal);
        await expect(journal.reopen(id)).rejects.toMatchObject(refusal);
        await expect(linesOf(journal, id)).rejects.toMatchObject(refusal);
        await expect(linesBackwards(journal, id)).rejects.toMatchObject(refusal);
        await expect(journal.forget(id)).rejects.toMatchObject(refusal);
        await expect(collect(journal.plan(id))).rejects.toMatchObject(refusal);
        expect(await journal.runs()).toEqual([]);
      },
    );

    test('refuses what JSON cannot hold, and goes on', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);

      await expect(run.append([line('begin', 1n)])).rejects.toThrow(TypeError);
      await run.append([line('begin', 1)]);

      expect(await linesOf(journal, 'run-1')).toEqual([line('begin', 1)]);
      await run.close();
    });

    test('takes nothing more when it is closed', async () => {
      const journal = await open();
      const run = await journal.begin('run-1', []);
      const appended = run.append([line('begin', 1)]);
      await run.close();
      await run.close();

      await appended;
      await expect(run.append([line('end', 2)])).rejects.toThrow('closed');
      expect(await linesOf(journal, 'run-1')).toEqual([line('begin', 1)]);
    });
  });
}

export function linesOf(journal: Journal, runId: string): Promise<JournalLine[]> {
  return collect(journal.read(runId));
}

export function linesBackwards(journal: Journal, runId: string): Promise<JournalLine[]> {
  return collect(journal.readBackwards(runId));
}

async function collect<Line>(lines: AsyncIterable<Line>): Promise<Line[]> {
  const all: Line[] = [];
  for await (const one of lines) all.push(one);
  return all;
}
