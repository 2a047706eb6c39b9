import { describe, expect, test } from 'vitest';
import type { Sink } from '../../evidence/sink.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import type { RecordMapping, RecordSource } from './contract.ts';
import { DIGEST, HOST, type RecordedFacts, recordFacts } from './recorded-facts.suite.ts';

export type SuiteColumn = 'id' | 'repository' | 'tag' | 'digest' | 'status' | 'state';
export type SuiteRow = Partial<Record<SuiteColumn, string | null>>;

export interface SuiteRows {
  /** In this order; rows leave out what is null. */
  readonly columns: readonly SuiteColumn[];
  readonly rows: readonly SuiteRow[];
  readonly mapping?: Partial<RecordMapping>;
}

export interface SuiteHarness {
  /** A source named `orders`, for {@link HOST}, that holds these rows. */
  open(rows: SuiteRows): Promise<RecordSource>;
  /** The same, but what is behind it fails after some of the rows, at least one. */
  openFailing(rows: SuiteRows): Promise<RecordSource>;
  /** No records at all can't be told from a failed export, and are refused. */
  readonly refusesNone?: true;
  /** A password or token that the source uses, if it uses any. */
  readonly secret?: string;
}

const ALL: readonly SuiteColumn[] = ['id', 'repository', 'tag', 'digest', 'status'];
const never = new AbortController().signal;

async function survey(source: RecordSource, signal: AbortSignal = never): Promise<RecordedFacts> {
  const recorded = recordFacts();
  await source.survey(recorded.sink, signal);
  return recorded;
}

/** What every record source does. Every implementation runs it. */
export function describeRecordSource(implementation: string, makeHarness: () => Promise<SuiteHarness>): void {
  describe(`the record source ${implementation}`, () => {
    let made: Promise<SuiteHarness> | undefined;
    const harness = () => {
      made ??= makeHarness();
      return made;
    };
    const using = async (rows: SuiteRows, act: (source: RecordSource) => Promise<void>) => {
      const source = await (await harness()).open(rows);
      await act(source).finally(() => source.close());
    };

    test('states what each row says of its record, tag and manifest', async () => {
      const rows: SuiteRow[] = [
        { id: '7', repository: 'team/app', tag: 'v1', status: 'active' },
        { id: '8', repository: 'team/app', digest: DIGEST, status: 'archived' },
        { id: '9', repository: 'lib', tag: '1.10', digest: DIGEST, status: 'running' },
      ];
      await using({ columns: ALL, rows }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(gaps).toEqual([]);
        expect([...facts].sort()).toEqual(
          [
            'exists record orders|7',
            `refers record orders|7 -> tag ${HOST}/team/app|v1 as record`,
            'holds record orders|7: record 7 (active)',
            'exists record orders|8',
            `refers record orders|8 -> manifest ${HOST}/team/app|${DIGEST} as record`,
            'retires record orders|8: record 8 (archived)',
            'exists record orders|9',
            `refers record orders|9 -> tag ${HOST}/lib|1.10 as record`,
            `refers record orders|9 -> manifest ${HOST}/lib|${DIGEST} as record`,
            'holds record orders|9: record 9 (running)',
          ].sort(),
        );
        expect(source.rowCount).toBe(3);
      });
    });

    test('needs no more than an id and a status', async () => {
      const rows: SuiteRow[] = [
        { id: '7', status: 'open' },
        { id: '8', status: 'closed' },
      ];
      await using({ columns: ['id', 'status'], rows }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(gaps).toEqual([]);
        expect(facts).toContain('holds record orders|7: record 7 (open)');
        expect(facts).toContain('retires record orders|8: record 8 (closed)');
        expect(facts).toHaveLength(4);
      });
    });

    test('makes an id of what the row names where there is no id column', async () => {
      const columns: SuiteColumn[] = ['repository', 'tag', 'digest', 'status'];
      const rows: SuiteRow[] = [
        { repository: 'team/app', tag: 'v1', digest: DIGEST, status: 'active' },
        { repository: 'team/app', digest: DIGEST, status: 'deleted' },
      ];
      await using({ columns, rows }, async (source) => {
        const { facts } = await survey(source);
        expect(facts).toContain('holds record orders|team/app:v1: record team/app:v1 (active)');
        expect(facts).toContain(`retires record orders|team/app@${DIGEST}: record team/app@${DIGEST} (deleted)`);
      });
    });

    test('reads the columns and words that the mapping names', async () => {
      const columns: SuiteColumn[] = ['repository', 'tag', 'state', 'status'];
      const rows: SuiteRow[] = [
        { repository: 'team/app', tag: 'a', state: 'ready', status: 'deleted' },
        { repository: 'team/app', tag: 'b', state: 'gone', status: 'active' },
      ];
      const mapping = { id: 'tag', status: 'state', active: ['ready'], inactive: ['gone'] };
      await using({ columns, rows, mapping }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(gaps).toEqual([]);
        expect(facts).toContain('holds record orders|a: record a (ready)');
        expect(facts).toContain('retires record orders|b: record b (gone)');
      });
    });

    test('holds exactly the record whose status is unknown or absent, and reports it', async () => {
      const rows: SuiteRow[] = [
        { id: '7', repository: 'team/app', tag: 'v1', status: 'Archived' },
        { id: '8', repository: 'team/app', digest: DIGEST },
      ];
      await using({ columns: ALL, rows }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(facts).toContain('holds record orders|7: record 7 has the unknown status "Archived"');
        expect(facts).toContain('holds record orders|8: record 8 has no status');
        expect(facts.filter((fact) => fact.startsWith('retires'))).toEqual([]);
        expect(gaps.map((gap) => [gap.scope, gap.hides, gap.source])).toEqual([
          [`${HOST}/team/app:v1`, 'holds', 'orders'],
          [`${HOST}/team/app@${DIGEST}`, 'holds', 'orders'],
        ]);
      });
    });

    test('hides no more than a malformed row may hide', async () => {
      const rows: SuiteRow[] = [
        { id: '7', repository: 'team/app', tag: 'not a tag', status: 'archived' },
        { id: '8', repository: 'Not/A/Repository', tag: 'v1', status: 'archived' },
      ];
      await using({ columns: ALL, rows }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(facts.filter((fact) => fact.startsWith('retires'))).toEqual([]);
        expect(gaps.map((gap) => gap.scope)).toEqual([`${HOST}/team/app`, HOST]);
        expect(source.rowCount).toBe(2);
      });
    });

    test('states both where rows of one id contradict each other, and reports it', async () => {
      const rows: SuiteRow[] = [
        { id: '7', repository: 'team/app', tag: 'v1', status: 'archived' },
        { id: '7', repository: 'team/app', tag: 'v2', status: 'active' },
      ];
      await using({ columns: ALL, rows }, async (source) => {
        const { facts, gaps } = await survey(source);
        expect(facts).toContain('retires record orders|7: record 7 (archived)');
        expect(facts).toContain('holds record orders|7: record 7 (active)');
        expect(gaps).toHaveLength(1);
      });
    });

    test('knows no records from records that could not be read', async () => {
      await using({ columns: ALL, rows: [] }, async (source) => {
        expect(source.rowCount).toBeUndefined();
        if ((await harness()).refusesNone) {
          await expect(survey(source)).rejects.toMatchObject({ code: 'RECORDS_EMPTY' });
          return;
        }
        const { facts, gaps } = await survey(source);
        expect([facts, gaps]).toEqual([[], []]);
        expect(source.rowCount).toBe(0);
      });
    });

    test('states thousands of rows, each once, and the same in a second survey', async () => {
      const rows = Array.from({ length: 2500 }, (_, n) => ({
        id: `${n}`,
        repository: 'team/app',
        tag: `v${n}`,
        status: 'active',
      }));
      await using({ columns: ALL, rows }, async (source) => {
        const first = await survey(source);
        expect(first.facts).toHaveLength(3 * 2500);
        expect(new Set(first.facts).size).toBe(3 * 2500);
        expect(source.rowCount).toBe(2500);
        const second = await survey(source);
        expect([...second.facts].sort()).toEqual([...first.facts].sort());
      });
    });

    test('refuses records without a column that it needs', async () => {
      const rows: SuiteRow[] = [{ id: '7', repository: 'team/app', tag: 'v1', state: 'active' }];
      await using({ columns: ['id', 'repository', 'tag', 'state'], rows }, async (source) => {
        await expect(survey(source)).rejects.toMatchObject({ code: 'RECORDS_COLUMN_MISSING' });
        expect(source.rowCount).toBeUndefined();
      });
    });

    test('hides the holds of the whole registry when it fails half-way, and counts nothing', async () => {
      const rows = Array.from({ length: 6000 }, (_, n) => ({
        id: `${n}`,
        repository: 'team/app',
        tag: `v${n}`,
        status: 'active',
      }));
      const { openFailing, secret } = await harness();
      const source = await openFailing({ columns: ALL, rows });
      const { facts, gaps } = await survey(source).finally(() => source.close());
      const held = facts.filter((fact) => fact.startsWith('holds')).length;
      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(6000);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]).toMatchObject({ scope: HOST, hides: 'holds', source: 'orders' });
      expect(gaps[0]?.cause).toContain(`rows read before that: ${held}`);
      if (secret !== undefined) expect(JSON.stringify(gaps)).not.toContain(secret);
      expect(source.rowCount).toBeUndefined();
    });

    test('throws the reason when it is aborted, before or while it reads', async () => {
      const rows = Array.from({ length: 5000 }, (_, n) => ({ id: `${n}`, status: 'active' }));
      await using({ columns: ['id', 'status'], rows }, async (source) => {
        await survey(source);
        expect(source.rowCount).toBe(5000);
        const reason = new Error('enough');
        await expect(survey(source, AbortSignal.abort(reason))).rejects.toBe(reason);
        expect(source.rowCount).toBeUndefined();

        const stop = new AbortController();
        const recorded = recordFacts();
        let seen = 0;
        const sink: Sink = {
          ...recorded.sink,
          exists: () => {
            seen += 1;
            if (seen === 10) stop.abort(reason);
          },
        };
        await expect(source.survey(sink, stop.signal)).rejects.toBe(reason);
        expect(seen).toBeLessThan(5000);
        expect(recorded.gaps).toEqual([]);
        expect(source.rowCount).toBeUndefined();
      });
    });

    test('says no secret in its name or in what it throws', async () => {
      const { secret } = await harness();
      await using({ columns: ['id', 'tag'], rows: [{ id: '7', tag: 'v1' }] }, async (source) => {
        const failure = await survey(source).catch((error: unknown) => error);
        expect(source.name).toBe('orders');
        expect(failure).toMatchObject({ code: 'RECORDS_COLUMN_MISSING' });
        if (secret !== undefined) expect(`${source.name} ${messageOf(failure)}`).not.toContain(secret);
      });
    });

    test('does not read once it is closed', async () => {
      await using({ columns: ['id', 'status'], rows: [{ id: '7', status: 'active' }] }, async (source) => {
        await source.close();
        await source.close();
        await expect(survey(source)).rejects.toThrow('closing orders');
      });
    });
  });
}
