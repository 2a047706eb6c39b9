import { beforeAll, expect, test, vi } from 'vitest';
import type { Sink } from '../../src/evidence/sink.ts';
import { describeRecordSource, type SuiteRows } from '../../src/systems/records/contract.suite.ts';
import { openPostgresRecords } from '../../src/systems/records/postgres/index.ts';
import { HOST, recordFacts } from '../../src/systems/records/recorded-facts.suite.ts';
import type { PostgresRecords } from '../../src/systems/records/settings.ts';
import { makeCertificates } from '../support/certificates.ts';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';

const place = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;

describeReal('records in a real PostgreSQL', ['postgres', 'initdb'], () => {
  let server: Postgres;
  let tables = 0;

  beforeAll(async () => {
    server = await startPostgres();
  });

  async function makeTable({ columns, rows }: SuiteRows): Promise<string> {
    tables += 1;
    const table = `r${tables}`;
    const json = JSON.stringify(rows).replaceAll("'", "''");
    await server.sql(`create table ${table} (${columns.map((name) => `${name} text`).join(', ')});
      insert into ${table} select * from json_populate_recordset(null::${table}, '${json}')`);
    return table;
  }

  const open = (settings: Partial<PostgresRecords>) =>
    openPostgresRecords({ kind: 'postgres', url: server.url, query: 'select 1', ...settings }, place);

  async function survey(settings: Partial<PostgresRecords>, signal = never) {
    const recorded = recordFacts();
    const source = open(settings);
    await source.survey(recorded.sink, signal);
    return { ...recorded, rowCount: source.rowCount, cause: recorded.gaps[0]?.cause ?? '' };
  }

  /** A sink that acts once, when it has seen so many records. */
  function acting(after: number, act: (key: string) => void) {
    const recorded = recordFacts();
    let seen = 0;
    const sink: Sink = {
      ...recorded.sink,
      resource(kind, scope, key) {
        if (kind === 'record') seen += 1;
        if (kind === 'record' && seen === after) act(key);
        return recorded.sink.resource(kind, scope, key);
      },
    };
    return { ...recorded, sink };
  }

  /** Ids that begin with the process id of the session that reads them. */
  const withPid = (rows: number, extra = '') =>
    `select pg_backend_pid() || '-' || g as id, 'active' as status${extra} from generate_series(1, ${rows}) g`;
  const pidOf = (id: string) => Number(id.split('-')[0]);

  describeRecordSource('postgres (server)', async () => ({
    secret: POSTGRES_PASSWORD,
    open: async (rows) => {
      const { mapping } = rows;
      return open({ query: `select * from ${await makeTable(rows)}`, ...(mapping && { mapping }) });
    },
    openFailing: async (rows) =>
      open({ query: `select id, status, 1 / (4000 - id::int) as note from ${await makeTable(rows)}` }),
  }));

  test.each([
    ['a wrong password', (url: string) => url.replace(POSTGRES_PASSWORD, 'wr0ng-password'), 'RECORDS_ACCESS_DENIED'],
    ['no password', (url: string) => url.replace(`:${POSTGRES_PASSWORD}`, ''), 'RECORDS_ACCESS_DENIED'],
    ['an unknown user', (url: string) => url.replace('//winnow', '//nobody'), 'RECORDS_ACCESS_DENIED'],
    ['an unknown database', (url: string) => url.replace(/postgres$/, 'shop'), 'RECORDS_NOT_FOUND'],
  ])('%s is refused, and no password is repeated', async (_, change, code) => {
    const failure = await survey({ url: change(server.url) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify(failure) + String(failure)).not.toMatch(new RegExp(`${POSTGRES_PASSWORD}|wr0ng-password`));
  });

  test('a table that the user may not read is refused', async () => {
    await server.sql(
      `create table secret_orders (id int, status text); create role reader login password '${POSTGRES_PASSWORD}'`,
    );
    const url = server.url.replace('//winnow', '//reader');
    const failure = survey({ url, query: 'select * from secret_orders' });
    await expect(failure).rejects.toMatchObject({
      code: 'RECORDS_ACCESS_DENIED',
      message: expect.stringContaining('42501'),
    });
  });

  test.each([
    ['moves a sequence on', "select nextval('s') as id, 'open' as status"],
    ['locks rows', 'select id, status from w for update'],
    ['calls a function that writes', "select f() as id, 'open' as status"],
  ])('a query that %s is refused', async (_, query) => {
    await server.sql(`create sequence if not exists s; create table if not exists w (id int, status text);
      create or replace function f() returns int language sql as 'insert into w values (1) returning id'`);
    await expect(survey({ query })).rejects.toMatchObject({ code: 'RECORDS_QUERY_INVALID' });
    expect(await server.sql('select count(*)::int as n from w')).toEqual([{ n: 0 }]);
  });

  test('a session that is killed between two batches leaves a gap after the rows that came', async () => {
    const { sink, facts, gaps } = acting(1000, (id) => process.kill(pidOf(id), 'SIGKILL'));
    const source = open({ query: withPid(5000) });
    await source.survey(sink, never);
    expect(facts.filter((fact) => fact.startsWith('holds'))).toHaveLength(1000);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds', source: 'orders' }]);
    expect(gaps[0]?.cause).toContain('rows read before that: 1000');
    expect(source.rowCount).toBeUndefined();
    await vi.waitFor(() => server.sql('select 1'), { timeout: 20_000, interval: 200 }); // it recovers by itself
  });

  test('a session that is killed in the middle of a batch leaves a gap', async () => {
    const { sink, facts, gaps } = acting(1000, (id) => setTimeout(() => process.kill(pidOf(id), 'SIGKILL'), 200));
    await open({ query: withPid(3000, ', pg_sleep(case when g = 1500 then 60 else 0 end)::text as note') }).survey(
      sink,
      never,
    );
    expect(facts.filter((fact) => fact.startsWith('holds'))).toHaveLength(1000);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    await vi.waitFor(() => server.sql('select 1'), { timeout: 20_000, interval: 200 });
  });

  test('a session that an administrator ends leaves a gap', async () => {
    const { sink, gaps } = acting(1000, (id) => void server.sql(`select pg_terminate_backend(${pidOf(id)})`));
    await open({ query: withPid(3000, ', pg_sleep(case when g = 1500 then 60 else 0 end)::text as note') }).survey(
      sink,
      never,
    );
    expect(gaps[0]?.cause).toContain('fetching rows: the connection was lost; rows read before that: 1000');
  });

  test('a server that stops half-way leaves a gap, and one that is down too', async () => {
    let stopped: Promise<void> | undefined;
    const { sink, gaps } = acting(1000, () => {
      stopped = server.kill();
    });
    const source = open({ query: withPid(500_000), statementTimeoutMs: 20_000 });
    await source.survey(sink, never);
    await stopped;
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(source.rowCount).toBeUndefined();

    expect((await survey({ query: withPid(1) })).gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    await server.restart();
    expect(await survey({ query: withPid(1) })).toMatchObject({ gaps: [], rowCount: 1 });
  });

  test('a query that takes too long leaves a gap after the batches that came in time', async () => {
    const query = withPid(3000, ', pg_sleep(case when g = 1500 then 60 else 0 end)::text as note');
    const { facts, gaps, cause } = await survey({ query, statementTimeoutMs: 500 });
    expect(facts.filter((fact) => fact.startsWith('holds'))).toHaveLength(1000);
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds', hint: expect.stringContaining('time-out') }]);
    expect(cause).toContain('57014');
  });

  test('an aborted survey ends its query on the server too', async () => {
    const stop = new AbortController();
    const running = `select count(*)::int as n from pg_stat_activity where application_name = 'winnow' and query like '%fetch%'`;
    const survey = open({ query: "select 7 as id, 'open' as status, pg_sleep(60)::text as x" }).survey(
      recordFacts().sink,
      stop.signal,
    );
    const outcome = survey.catch((error: unknown) => error);
    await vi.waitFor(async () => expect(await server.sql(running)).toEqual([{ n: 1 }]), { timeout: 10_000 });
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await outcome).toBe(reason);
    await vi.waitFor(async () => expect(await server.sql(running)).toEqual([{ n: 0 }]), { timeout: 3000 });
  });

  test('all rows are of one moment, whatever others commit meanwhile', async () => {
    await server.sql(
      `create table live (id int, status text); insert into live select g, 'active' from generate_series(1, 3000) g`,
    );
    let changed: Promise<unknown> | undefined;
    const { sink, facts, gaps } = acting(10, () => {
      changed = server.sql("delete from live where id > 1500; update live set status = 'closed'");
    });
    const slow = open({ query: 'select id, status, pg_sleep(0.0005)::text as x from live order by id' });
    await slow.survey(sink, never);
    await changed;
    expect(gaps).toEqual([]);
    expect(facts.filter((fact) => fact.startsWith('holds'))).toHaveLength(3000);
  });

  test('no session and no transaction stays behind', async () => {
    await survey({ query: withPid(2500) });
    await survey({ query: 'select 1 as id' }).catch(() => {});
    const left = `select count(*)::int as n from pg_stat_activity where application_name = 'winnow'`;
    await vi.waitFor(async () => expect(await server.sql(left)).toEqual([{ n: 0 }]), { timeout: 3000 });
  });

  test('a server without TLS is used by `prefer` and refused by the stricter modes', async () => {
    const query = withPid(1);
    expect(await survey({ query, sslMode: 'prefer' })).toMatchObject({ rowCount: 1 });
    for (const sslMode of ['require', 'verify-full'] as const)
      await expect(survey({ query, sslMode, connectTimeoutMs: 5000 })).rejects.toMatchObject({
        code: 'RECORDS_TLS_FAILED',
      });
  });
});

describeReal('records in a real PostgreSQL with TLS', ['postgres', 'initdb', 'openssl'], () => {
  test('are read as far as the mode trusts the certificate', async () => {
    const [tls, other] = [await makeCertificates(), await makeCertificates()];
    const server = await startPostgres({ tls });
    const usesTls = `select case when ssl then 'open' else 'closed' end as status, 1 as id from pg_stat_ssl where pid = pg_backend_pid()`;
    const survey = async (settings: Partial<PostgresRecords>) => {
      const recorded = recordFacts();
      await openPostgresRecords({ kind: 'postgres', url: server.url, query: usesTls, ...settings }, place).survey(
        recorded.sink,
        never,
      );
      return recorded.facts.at(-1);
    };
    const secure = 'holds record orders|1: record 1 (open)';
    const localhost = server.url.replace('127.0.0.1', 'localhost');
    expect(await survey({ sslMode: 'prefer' })).toBe(secure);
    expect(await survey({ sslMode: 'require' })).toBe(secure);
    expect(await survey({ sslMode: 'verify-full', caFile: tls.caFile })).toBe(secure);
    expect(await survey({ sslMode: 'verify-full', caFile: tls.caFile, url: localhost })).toBe(secure);
    expect(await survey({ sslMode: 'disable' })).toBe('retires record orders|1: record 1 (closed)');
    for (const sslMode of ['require', 'verify-ca', 'verify-full'] as const)
      await expect(survey({ sslMode, caFile: other.caFile })).rejects.toMatchObject({ code: 'RECORDS_TLS_UNTRUSTED' });
    await expect(survey({ sslMode: 'verify-full' })).rejects.toMatchObject({ code: 'RECORDS_TLS_UNTRUSTED' });
  });
});
