import { beforeAll, expect, test, vi } from 'vitest';
import { historyContract } from '../../src/systems/history/contract.suite.ts';
import { rowOf, runOf } from '../../src/systems/history/history-ground.suite.ts';
import { postgresHistory } from '../../src/systems/history/postgres/postgres-history.ts';
import { toldContract } from '../../src/systems/history/told.suite.ts';
import { freePort } from '../support/free-port.ts';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';

const never = new AbortController().signal;

describeReal('the history in a real PostgreSQL', ['postgres', 'initdb'], () => {
  let server: Postgres;
  let databases = 0;

  beforeAll(async () => {
    server = await startPostgres();
  });

  async function emptyDatabase(): Promise<string> {
    databases += 1;
    await server.sql(`create database h${databases}`);
    return server.url.replace(/postgres$/, `h${databases}`);
  }

  historyContract('PostgreSQL', async () => postgresHistory({ url: await emptyDatabase() }));
  toldContract('PostgreSQL', async () => postgresHistory({ url: await emptyDatabase() }));

  test('has its tables made once by replicas that start at the same time, and is claimed by one of them', async () => {
    const url = await emptyDatabase();
    const replicas = await Promise.all(Array.from({ length: 4 }, () => postgresHistory({ url })));
    const claims = await Promise.all(replicas.map((history) => history.claimRun(runOf('a'))));
    expect(claims.filter(Boolean)).toHaveLength(1);
    const moves = await Promise.all(
      replicas.map((history, at) => history.moveRun('a', ['planning'], { state: 'applying', replica: `r${at}` })),
    );
    expect(moves.filter((run) => run !== undefined)).toHaveLength(1);
    const swaps = await Promise.all(replicas.map((history, at) => history.swapNote('secret', undefined, `${at}`)));
    expect(swaps.filter(Boolean)).toHaveLength(1);
    await Promise.all(replicas.map((history) => history.close()));
  });

  test('shows an event only after all with smaller numbers, whoever adds them', async () => {
    const url = await emptyDatabase();
    const replicas = await Promise.all(Array.from({ length: 3 }, () => postgresHistory({ url })));
    const seen: number[] = [];
    let adding = true;
    const reading = (async () => {
      const reader = await postgresHistory({ url });
      for (let isLast = false; !isLast; ) {
        isLast = !adding;
        const news = await reader.events({ afterId: seen.at(-1) ?? 0, limit: 1000 });
        seen.push(...news.map(({ id }) => id));
      }
      await reader.close();
    })();
    await Promise.all(
      replicas.map(async (history) => {
        for (let at = 0; at < 100; at += 1) await history.addEvent({ atMs: at, type: 't', data: {} });
      }),
    );
    adding = false;
    await reading;
    expect(seen).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
    await Promise.all(replicas.map((history) => history.close()));
  });

  test('says that it is unavailable while the server is down, and works again without a new start', async () => {
    const history = await postgresHistory({ url: await emptyDatabase() });
    await history.claimRun(runOf('a'));
    await server.stop();
    await expect(history.run('a')).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE' });
    await expect(history.check(never)).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE' });
    await server.restart();
    await vi.waitFor(async () => expect(await history.run('a')).toEqual(runOf('a')), {
      timeout: 20_000,
      interval: 100,
    });
    await history.close();
  });

  test('keeps the former plan when the server dies in the middle of a save', async () => {
    const history = await postgresHistory({ url: await emptyDatabase() });
    await history.savePlan('a', '{"old":1}', [rowOf(0)], []);
    await server.sql('checkpoint'); // it runs without fsync
    async function* dying() {
      for (let n = 0; n < 5000; n += 1) {
        if (n === 3500) await server.kill();
        yield rowOf(n, { line: 'new' });
      }
    }
    await expect(history.savePlan('a', '{"new":1}', dying(), [])).rejects.toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
    });
    await server.restart();
    await vi.waitFor(() => history.check(never), { timeout: 20_000, interval: 100 });
    expect(await history.planHeader('a')).toEqual({ old: 1 });
    expect(await history.planSums('a', {})).toMatchObject({ actions: 1 });
    await history.close();
  });

  test('gives up a statement that takes too long, and works on', async () => {
    const url = await emptyDatabase();
    const history = await postgresHistory({ url, timeoutMs: 500 });
    const other = await postgresHistory({ url });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const locker = (await import('postgres')).default(url, { max: 1 });
    const locking = locker.begin(async (sql) => {
      await sql`lock table winnow.notes in access exclusive mode`;
      await held;
    });
    await vi.waitFor(() => expect(history.note('k', 'v')).rejects.toMatchObject({ code: 'HISTORY_UNAVAILABLE' }));
    release();
    await locking;
    await locker.end();
    await history.note('k', 'v');
    expect(await other.noted('k')).toBe('v');
    await Promise.all([history.close(), other.close()]);
  });

  test('is not opened when a newer version has made its tables', async () => {
    const url = await emptyDatabase();
    await (await postgresHistory({ url })).close();
    const sql = (await import('postgres')).default(url, { max: 1 });
    await sql`update winnow.history_version set version = 99`;
    await sql.end();
    await expect(postgresHistory({ url })).rejects.toMatchObject({ code: 'HISTORY_NEWER' });
  });

  test('never shows a password', async () => {
    const wrong = server.url.replace(POSTGRES_PASSWORD, 'wrong-secret');
    const away = `postgres://u:wrong-secret@127.0.0.1:${await freePort()}/db`;
    for (const url of [wrong, away, 'postgres://u:wrong-secret@host:port/db', 'http://u:wrong-secret@host/db']) {
      const failure = await postgresHistory({ url, timeoutMs: 3000 }).catch((error: unknown) => error as Error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^HISTORY_(UNAVAILABLE|SETTINGS_INVALID)$/) });
      expect(String(failure) + JSON.stringify(failure) + String((failure as Error).cause)).not.toContain(
        'wrong-secret',
      );
    }
  });
});
