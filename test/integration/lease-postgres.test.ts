import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { acquireSoon, leaseContract } from '../../src/systems/lease/contract.suite.ts';
import type { LeaseKeeper } from '../../src/systems/lease/contract.ts';
import { lockKey, openLockSession } from '../../src/systems/lease/postgres/lock-session.ts';
import { postgresLeases } from '../../src/systems/lease/postgres/postgres-leases.ts';
import { atEnd } from '../support/at-end.ts';
import { freePort } from '../support/free-port.ts';
import { startLeaseChild } from '../support/lease-child.ts';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeReal } from '../support/requirements.ts';

const TTL_MS = 900;
const never = new AbortController().signal;

describeReal('leases in PostgreSQL', ['postgres', 'initdb'], () => {
  let database: Postgres;
  beforeAll(async () => {
    database = await startPostgres();
  });
  beforeEach(() => endSessionsOf('true'));

  /** Ends the sessions of leases, as an administrator would. */
  async function endSessionsOf(which: string): Promise<void> {
    await database.sql(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name like 'winnow%' and ${which}`,
    );
  }

  const keeper = (url = database.url): LeaseKeeper => postgresLeases({ url, ttlMs: TTL_MS });
  const lockPids = (scope: string) =>
    `pid in (select pid from pg_locks where locktype = 'advisory' and ((classid::bigint << 32) | objid::bigint) = ${lockKey(scope)})`;

  leaseContract('PostgreSQL', async () => ({
    ttlMs: TTL_MS,
    keeper: () => keeper(),
    breakLease: (scope) => endSessionsOf(lockPids(scope)),
  }));

  test('leave nothing in the database, and no connection when they are released', async () => {
    const before = await database.sql('select count(*)::int as count from pg_class');
    const lease = await keeper().acquire('a', 'run 1', never);
    const during = await database.sql(`select application_name as name from pg_stat_activity where ${lockPids('a')}`);
    await lease.release();
    await sleep(200);

    expect(during).toEqual([{ name: 'winnow: run 1' }]);
    expect(await database.sql('select count(*)::int as count from pg_class')).toEqual(before);
    expect(await database.sql(`select 1 from pg_stat_activity where application_name like 'winnow%'`)).toEqual([]);
  });

  test('are lost at once when the server crashes, and free when it is back', async () => {
    const lease = await keeper().acquire('a', 'run 1', never);
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));

    await database.kill();
    await lost;
    const whileDown = await keeper()
      .acquire('b', 'run 2', never)
      .catch((error: unknown) => error);
    await database.restart();

    expect(lease.lost.reason).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('connection') });
    expect(whileDown).toMatchObject({
      code: 'LEASE_UNAVAILABLE',
      message: expect.stringMatching(/^acquiring the lease of b in the database at 127\.0\.0\.1:\d+: .*ECONNREFUSED/),
    });
    await lease.release();
    await (await keeper().acquire('a', 'run 3', never)).release();
  });

  test('pass to the next when their process is killed', async () => {
    const child = await startLeaseChild('postgres', database.url, 60_000);
    expect(await child.ask('acquire')).toBe('held');
    await expect(keeper().acquire('a', 'us', never)).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('the child'),
    });

    await child.kill();

    await (await acquireSoon(keeper(), 'a')).release();
  });

  test('let one of several processes in at a time', async () => {
    const contenders = await Promise.all([1, 2, 3].map(() => startLeaseChild('postgres', database.url, 60_000)));
    for (let round = 0; round < 15; round += 1) {
      const answers = await Promise.all(contenders.map((contender) => contender.ask('acquire')));
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
      expect(answers.filter((answer) => answer.startsWith('refused LEASE_HELD'))).toHaveLength(2);
      await contenders[answers.indexOf('held')]?.ask('release');
    }
  });

  test('are lost when the server goes silent, before it would give the lease to others', async () => {
    const relay = await startRelay(database.port);
    const lease = await keeper(relay.through(database.url)).acquire('a', 'run 1', never);
    const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));

    relay.goSilent();
    const silentAtMs = performance.now();
    await lost;

    expect(performance.now() - silentAtMs).toBeLessThan(TTL_MS);
    expect(lease.lost.reason).toMatchObject({ message: expect.stringContaining('could not be asked in time') });
    await lease.release();
  });

  test('are looked for in the very session that took them', async () => {
    const session = openLockSession({ url: database.url, scope: 'a', holder: 'run 1', ttlMs: TTL_MS }, () => {});
    await session.introduce();
    const states = [await session.isLocked(), await session.tryLock(), await session.isLocked()];
    await session.unlock();
    states.push(await session.isLocked());
    await session.end(1);

    expect(states).toEqual([false, true, true, false]);
  });

  test('tell the server to look after clients that vanish, and not to end idle ones', async () => {
    const strict = `alter role winnow set idle_session_timeout = '300ms'`;
    await database.sql(strict);
    try {
      const lease = await keeper().acquire('a', 'run 1', never);
      await sleep(TTL_MS);
      expect(lease.lost.aborted).toBe(false);
      await lease.release();
    } finally {
      await database.sql('alter role winnow reset idle_session_timeout');
    }
  });

  test('are told apart by database and scope, and do not meet the locks of others', async () => {
    await database.sql('drop database if exists other');
    await database.sql('create database other');
    const lease = await keeper().acquire('a', 'run 1', never);

    const elsewhere = await keeper(database.url.replace(/postgres$/, 'other')).acquire('a', 'run 2', never);

    await elsewhere.release();
    await lease.release();
    await sleep(200);
    await database.sql('drop database other');
  });

  test('say who holds them, as far as the server shows it', async () => {
    await database.sql(`drop role if exists stranger; create role stranger login password '${POSTGRES_PASSWORD}'`);
    const lease = await keeper().acquire('a', `run 1 on host (process 1), größer ${'x'.repeat(100)}`, never);

    const refusals = await Promise.all(
      [database.url, database.url.replace('//winnow:', '//stranger:')].map((url) =>
        keeper(url)
          .acquire('a', 'run 2', never)
          .catch((error: unknown) => error as Error),
      ),
    );

    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ code: 'LEASE_HELD' });
      expect((refusal as Error).message).toMatch(/held by .*\(server process \d+\)/);
    }
    expect((refusals[0] as Error).message).toContain('run 1 on host (process 1), gr??er');
    await lease.release();
  });

  test('never show the password', async () => {
    const wrong = database.url.replace(POSTGRES_PASSWORD, 'wrong-secret');
    const port = await freePort();
    const urls = [
      wrong,
      `postgres://u:wrong-secret@127.0.0.1:${port}/db`,
      'postgres://u:wrong-secret@host:port/db',
      `postgres://u:wrong-secret@localhost:${port}/db`,
    ];

    for (const url of urls) {
      const failure = await keeper(url)
        .acquire('a', 'run 1', never)
        .catch((error: unknown) => error as Error);
      expect(failure).toMatchObject({ code: 'LEASE_UNAVAILABLE', message: expect.stringMatching(/: \S/) });
      expect(describeAll(failure)).not.toContain('wrong-secret');
    }
  });

  test('stop asking when they are told to', async () => {
    const relay = await startRelay(database.port);
    relay.goSilent();
    const stop = new AbortController();
    const asking = keeper(relay.through(database.url)).acquire('a', 'run 1', stop.signal);
    const reason = new Error('stopped');
    setTimeout(() => stop.abort(reason), 100);

    await expect(asking).rejects.toBe(reason);
  });
});

/** Passes bytes on to a server of this machine, until it goes silent as a broken network does. */
async function startRelay(port: number): Promise<{ goSilent(): void; through(url: string): string }> {
  const sockets: Socket[] = [];
  let silent = false;
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    sockets.push(client, server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (bytes) => silent || to.write(bytes));
      from.on('error', () => to.destroy());
      from.on('close', () => silent || to.destroy());
    }
  });
  const relayPort = await freePort();
  await new Promise<void>((resolve) => relay.listen(relayPort, '127.0.0.1', resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    relay.close();
  });
  return {
    goSilent: () => {
      silent = true;
    },
    through: (url) => url.replace(`:${port}/`, `:${relayPort}/`),
  };
}

/** Message, stack, fields and causes: all that a logger could print. */
function describeAll(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const fields = JSON.stringify({ ...thrown, cause: undefined });
  return `${thrown.message} ${thrown.stack} ${fields} ${describeAll(thrown.cause)}`;
}
