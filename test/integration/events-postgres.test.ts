import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventSinkContract, exampleEvent } from '../../src/systems/events/contract.suite.ts';
import { postgresEvents } from '../../src/systems/events/postgres/postgres-events.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const soon = () => AbortSignal.timeout(30_000);

describeReal('events in a table of PostgreSQL', ['postgres', 'initdb', 'openssl'], () => {
  let server: Postgres;
  let certificates: Certificates;
  let tables = 0;
  beforeAll(async () => {
    certificates = await makeCertificates();
    server = await startPostgres({ tls: certificates });
  });

  function freshTable(): string {
    tables += 1;
    return `events_${tables}`;
  }

  async function payloads(table: string): Promise<readonly unknown[]> {
    const [there] = await server.sql(`select to_regclass('${table}') is not null as there`);
    if (there?.['there'] !== true) return [];
    return (await server.sql(`select payload from ${table} order by ctid`)).map((row) => row['payload']);
  }

  eventSinkContract('a table', async () => {
    const table = freshTable();
    return { sink: postgresEvents({ url: server.url, table }), arrived: () => payloads(table) };
  });

  describe('the table', () => {
    test('is made at the first event, with a column for each thing that is asked for often', async () => {
      await postgresEvents({ url: server.url }).send(exampleEvent(), soon());

      expect(
        await server.sql(`select column_name || ' ' || data_type || ' ' || is_nullable as c
          from information_schema.columns where table_name = 'winnow_events' order by ordinal_position`),
      ).toEqual([
        { c: 'time timestamp with time zone NO' },
        { c: 'cluster_name text YES' },
        { c: 'type text NO' },
        { c: 'level text NO' },
        { c: 'payload jsonb NO' },
      ]);
      expect(
        await server.sql(`select time, cluster_name, type, level, payload->>'note' as note from winnow_events`),
      ).toEqual([
        {
          time: new Date('2026-08-01T12:01:30.123Z'),
          cluster_name: 'prod',
          type: 'registry_reconcile.summary',
          level: 'info',
          note: 'línea 1\n"línea 2"; drop table x -- 项目 🚀',
        },
      ]);
    });

    test('is made once by many that come at the same moment', async () => {
      const table = freshTable();
      const sinks = Array.from({ length: 8 }, () => postgresEvents({ url: server.url, table }));

      await Promise.all(sinks.map((sink, n) => sink.send(exampleEvent({ n }), soon())));

      expect(await payloads(table)).toHaveLength(8);
    });

    test('may be one in another schema, with names that need quotes', async () => {
      await server.sql('create schema "Audit"');

      await postgresEvents({ url: server.url, table: 'Audit.select' }).send(exampleEvent(), soon());

      expect(await server.sql('select count(*)::int as n from "Audit"."select"')).toEqual([{ n: 1 }]);
    });

    test('needs no more rights than INSERT when it is there', async () => {
      await server.sql(`create table narrow (time timestamptz, cluster_name text, type text, level text, payload jsonb);
        create role writer login password 'writer-secret'; grant insert on narrow to writer;
        revoke create on schema public from public`);
      const url = server.url.replace(/winnow:[^@]*@/, 'writer:writer-secret@');

      await postgresEvents({ url, table: 'narrow' }).send(exampleEvent(), soon());

      expect(await payloads('narrow')).toHaveLength(1);
      await expect(postgresEvents({ url, table: 'not_there' }).send(exampleEvent(), soon())).rejects.toMatchObject({
        code: 'EVENTS_REFUSED',
        message: expect.stringMatching(
          /^writing an event to "not_there" at 127\.0\.0\.1:\d+\/postgres: permission denied/,
        ),
      });
    });

    test('that has other columns is told apart from a refusal', async () => {
      await server.sql('create table other (id int)');

      await expect(
        postgresEvents({ url: server.url, table: 'other' }).send(exampleEvent(), soon()),
      ).rejects.toMatchObject({
        code: 'EVENTS_TABLE_UNFIT',
      });
    });
  });

  describe('the connection', () => {
    test('takes its password from a file, and never tells it', async () => {
      const passwordFile = join(makeTempFolder('password'), 'password');
      const url = server.url.replace(`:${POSTGRES_PASSWORD}@`, '@');
      const table = freshTable();

      writeFileSync(passwordFile, `${POSTGRES_PASSWORD}\n`);
      await postgresEvents({ url, passwordFile, table }).send(exampleEvent(), soon());
      writeFileSync(passwordFile, 'wrong-hunter2');
      const refused = await postgresEvents({ url, passwordFile, table })
        .send(exampleEvent(), soon())
        .catch((error: unknown) => error);

      expect(await payloads(table)).toHaveLength(1);
      expect(refused).toMatchObject({
        code: 'EVENTS_REFUSED',
        message: expect.stringContaining('password authentication'),
      });
      expect(String(refused)).not.toMatch(/hunter2|winnow-test-password/);
    });

    test('verifies the server against the authority that is named', async () => {
      const table = freshTable();
      const stranger = await makeCertificates();
      const send = (caFile: string) => postgresEvents({ url: server.url, table, caFile }).send(exampleEvent(), soon());

      await send(certificates.caFile);
      await expect(send(stranger.caFile)).rejects.toMatchObject({ code: 'EVENTS_UNREACHABLE' });

      expect(await payloads(table)).toHaveLength(1);
    });

    test('is gone after each event', async () => {
      await postgresEvents({ url: server.url, table: freshTable() }).send(exampleEvent(), soon());

      expect(
        await server.sql(`select count(*)::int as n from pg_stat_activity where application_name = 'winnow'`),
      ).toEqual([{ n: 0 }]);
    });

    test('does not wait for ever for a table that somebody has locked', async () => {
      const table = freshTable();
      await postgresEvents({ url: server.url, table }).send(exampleEvent(), soon());
      const locking = server.sql(`begin; lock table ${table}; select pg_sleep(4); commit`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const began = performance.now();

      await expect(
        postgresEvents({ url: server.url, table, timeoutMs: 1000 }).send(exampleEvent(), soon()),
      ).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE', message: expect.stringContaining('statement timeout') });

      expect(performance.now() - began).toBeLessThan(3500);
      await locking;
    });

    test('is let go of at once when the run is stopped', async () => {
      const table = freshTable();
      await postgresEvents({ url: server.url, table }).send(exampleEvent(), soon());
      const locking = server.sql(`begin; lock table ${table}; select pg_sleep(3); commit`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const began = performance.now();

      const sending = postgresEvents({ url: server.url, table }).send(exampleEvent(), AbortSignal.timeout(300));

      await expect(sending).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(performance.now() - began).toBeLessThan(2000);
      await locking;
    });

    test('does not wait for ever for a server that takes the connection and says nothing', async () => {
      const silent = createServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as AddressInfo;
      const began = performance.now();

      await expect(
        postgresEvents({ url: `postgres://u@127.0.0.1:${port}/d`, timeoutMs: 1000 }).send(exampleEvent(), soon()),
      ).rejects.toMatchObject({ code: 'EVENTS_UNREACHABLE' });

      expect(performance.now() - began).toBeLessThan(4000);
      silent.close();
    });

    test('to a server that is not there is told with its address, and the next event finds it again', async () => {
      const table = freshTable();
      const sink = postgresEvents({ url: server.url, table, timeoutMs: 2000 });
      await server.stop();

      await expect(sink.send(exampleEvent(), soon())).rejects.toMatchObject({
        code: 'EVENTS_UNREACHABLE',
        message: expect.stringContaining(`at 127.0.0.1:${server.port}/postgres`),
      });
      await server.restart();
      await sink.send(exampleEvent({ n: 2 }), soon());

      expect(await payloads(table)).toMatchObject([{ n: 2 }]);
    });
  });
});
