import { createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { describeRecordSource, type SuiteRows } from '../contract.suite.ts';
import { HOST, recordFacts } from '../recorded-facts.suite.ts';
import type { PostgresRecords } from '../settings.ts';
import { openPostgresRecords } from './index.ts';

/** PGlite asks for no password: that one is refused, and says nothing, is tested against a real server. */
const SECRET = 'pg-s3cret';
const place = { registryHost: HOST, name: 'orders' };
const never = new AbortController().signal;

let database: PGlite;
let server: PGLiteSocketServer;
let port: number;
let tables = 0;

beforeAll(async () => {
  database = await PGlite.create();
  port = await freePort();
  server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port, maxConnections: 10 });
  await server.start();
  afterAll(async () => {
    await server.stop();
    await database.close();
  });
}, 120_000);

const url = () => `postgres://postgres:${SECRET}@127.0.0.1:${port}/postgres`;

/** PGlite has one session for all: whatever an earlier client left open must be over first. */
async function makeTable({ columns, rows }: SuiteRows): Promise<string> {
  await vi.waitFor(() => expect(server.getStats().activeConnections).toBe(0));
  await database.exec('rollback');
  tables += 1;
  const values = JSON.stringify(rows);
  await database.exec(`create table r${tables} (${columns.map((name) => `${name} text`).join(', ')})`);
  await database.query(`insert into r${tables} select * from json_populate_recordset(null::r${tables}, $1)`, [values]);
  return `r${tables}`;
}

describeRecordSource('postgres (PGlite)', async () => ({
  secret: SECRET,
  open: async (rows) => {
    const query = `select * from ${await makeTable(rows)};`;
    const { mapping } = rows;
    return openPostgresRecords({ kind: 'postgres', url: url(), query, ...(mapping && { mapping }) }, place);
  },
  openFailing: async (rows) => {
    const table = await makeTable(rows);
    const query = `select id, status, (1 / (4000 - id::int))::text as note from ${table}`;
    return openPostgresRecords({ kind: 'postgres', url: url(), query }, place);
  },
}));

async function survey(settings: Partial<PostgresRecords>) {
  await vi.waitFor(() => expect(server.getStats().activeConnections).toBe(0));
  const recorded = recordFacts();
  const source = openPostgresRecords({ kind: 'postgres', url: url(), query: 'select 1', ...settings }, place);
  await source.survey(recorded.sink, never);
  return { ...recorded, cause: recorded.gaps[0]?.cause ?? '' };
}

describe('a query for records', () => {
  test.each([
    ['bad SQL', 'selec 1'],
    ['an unknown column', 'select nothing from pg_class'],
    ['a second statement', "select '1' as id, 'open' as status; select 2"],
    ['a statement that ends the transaction', 'commit'],
    ['a statement that writes', 'create table x (id int)'],
    ['a statement that deletes and answers', 'delete from pg_class returning oid'],
    ['a query that deletes within', 'with gone as (delete from pg_class returning 1) select * from gone'],
    ['a copy to a program', "copy (select 1) to program 'true'"],
    ['nothing', ' '],
  ])('that is %s is refused', async (_, query) => {
    await expect(survey({ query })).rejects.toMatchObject({ code: 'RECORDS_QUERY_INVALID' });
  });

  test('that fails names the place in it', async () => {
    await expect(survey({ query: 'select\nnothing from pg_class' })).rejects.toThrow('at character 8 of the query');
  });

  test('may have a semicolon and a comment at its end', async () => {
    const { facts } = await survey({ query: "select 7 as id, 'open' as status -- done\n; -- really" });
    expect(facts).toContain('holds record orders|7: record 7 (open)');
  });

  test('may not give one name to two columns', async () => {
    await expect(survey({ query: "select 7 as id, 8 as id, 'open' as status" })).rejects.toMatchObject({
      code: 'RECORDS_COLUMN_MISSING',
    });
  });

  test('keeps large numbers, decimals and UUIDs as they are', async () => {
    const query = `select id, 'app' as repository, tag, 'open' as status from (values
      (9007199254740993::bigint::text, 1.10::numeric), ('cafe0000-0000-0000-0000-000000000001'::uuid::text, 2.0)) r(id, tag)`;
    const { facts, gaps } = await survey({ query });
    expect(gaps).toEqual([]);
    expect(facts).toContain(`refers record orders|9007199254740993 -> tag ${HOST}/app|1.10 as record`);
    expect(facts).toContain(
      `refers record orders|cafe0000-0000-0000-0000-000000000001 -> tag ${HOST}/app|2.0 as record`,
    );
  });

  test('takes no date for a tag', async () => {
    const { gaps } = await survey({ query: "select 7 as id, 'app' as repository, now() as tag, 'closed' as status" });
    expect(gaps.map((gap) => [gap.scope, gap.cause])).toEqual([
      [`${HOST}/app`, 'reading row 1 (record 7): its tag is a date, not text'],
    ]);
  });
});

describe('a database that does not answer as it should', () => {
  async function serve(answer: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      answer(socket);
    });
    const on = await freePort();
    await new Promise<void>((resolve) => server.listen(on, '127.0.0.1', resolve));
    atEnd(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `postgres://me:${SECRET}@127.0.0.1:${on}/shop`;
  }

  test('because nobody listens is a gap', async () => {
    const { gaps, cause } = await survey({ url: `postgres://me:${SECRET}@127.0.0.1:${await freePort()}/shop` });
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(cause).toContain('ECONNREFUSED');
    expect(cause).not.toContain(SECRET);
  });

  test('because it says nothing is a gap after the time to connect', async () => {
    const silent = await serve(() => {});
    expect((await survey({ url: silent, connectTimeoutMs: 100 })).cause).toContain('no answer came within 100 ms');
  });

  test('because it hangs up at once is a gap, and it is not asked for ever', async () => {
    let connections = 0;
    const rude = await serve((socket) => {
      connections += 1;
      socket.destroy();
    });
    for (const sslMode of ['prefer', 'disable'] as const) {
      connections = 0;
      const { gaps } = await survey({ url: rude, connectTimeoutMs: 3000, sslMode });
      expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
      expect(connections).toBe(1);
    }
  });

  test('because it is no PostgreSQL is a mistake in the address, or else not waited for without end', async () => {
    const other = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(survey({ url: other })).rejects.toMatchObject({ code: 'RECORDS_TLS_FAILED' });
    const { gaps } = await survey({ url: other, sslMode: 'disable', connectTimeoutMs: 500 });
    expect(gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
  });

  test('because it is too full to talk of TLS is a gap', async () => {
    const full = await serve((socket) => socket.end('EFATAL: sorry, too many clients already'));
    expect((await survey({ url: full })).cause).toContain('refused the connection before TLS');
  });

  test('is left at once when the survey is aborted', async () => {
    const silent = await serve(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    const source = openPostgresRecords({ kind: 'postgres', url: silent, query: 'select 1' }, place);
    const before = performance.now();
    await expect(source.survey(recordFacts().sink, stop.signal)).rejects.toThrow('enough');
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('because its address is none is refused before any survey', () => {
    for (const address of ['db/shop', 'https://db/shop', `postgres://me:${SECRET}@db:port/shop`]) {
      const open = () => openPostgresRecords({ kind: 'postgres', url: address, query: 'select 1' }, place);
      expect(open).toThrow(expect.objectContaining({ code: 'RECORDS_SETTINGS_INVALID' }));
      expect(open).toThrow(expect.not.objectContaining({ message: expect.stringContaining(SECRET) }));
    }
  });
});
