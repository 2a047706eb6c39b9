import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Lease, LeaseKeeper } from './contract.ts';

/** A ground on which leases are kept, and keepers on it, as if each stood in a process of its own. */
export interface LeaseGround {
  /** How soon others would take a silent holder for dead. */
  readonly ttlMs: number;
  keeper(): LeaseKeeper;
  /** Takes a lease away from its holder by force. */
  breakLease(scope: string): Promise<void>;
}

const never = new AbortController().signal;

/** What every keeper of leases has to do. `open` gives a ground with no leases. */
export function leaseContract(name: string, open: () => Promise<LeaseGround>): void {
  describe(`${name} as a keeper of leases`, () => {
    test('gives a scope to one holder, and tells the second who and since when', async () => {
      const ground = await open();
      const [first, second] = [ground.keeper(), ground.keeper()];
      const beforeMs = Date.now();
      const lease = await first.acquire('registry a:5000', 'run 1 on here (process 7)', never);

      const refusal = await second.acquire('registry a:5000', 'run 2', never).catch((error: unknown) => error);

      expect(refusal).toMatchObject({
        code: 'LEASE_HELD',
        message: expect.stringContaining(
          'acquiring the lease of registry a:5000: it is held by run 1 on here (process 7)',
        ),
      });
      const since = /since (\S+Z)/.exec((refusal as Error).message)?.[1];
      expect(Math.abs(Date.parse(since ?? '') - beforeMs)).toBeLessThan(5000);
      await lease.release();
    });

    test('does not give a scope twice to one keeper either', async () => {
      const keeper = (await open()).keeper();
      const lease = await keeper.acquire('a', 'run 1', never);

      await expect(keeper.acquire('a', 'run 2', never)).rejects.toMatchObject({ code: 'LEASE_HELD' });

      await lease.release();
    });

    test('keeps scopes apart, whatever is in their names', async () => {
      const keeper = (await open()).keeper();
      const scopes = ['a', 'A', 'a/b', 'a-b', '../a', 'ä', '', 'x'.repeat(500), `${'x'.repeat(500)}y`, 'node\n1'];

      const leases: Lease[] = [];
      for (const scope of scopes) leases.push(await keeper.acquire(scope, 'run 1', never));

      expect(leases.map((lease) => lease.scope)).toEqual(scopes);
      await keeper.close();
    });

    test('gives a released lease to the next', async () => {
      const ground = await open();
      const [first, second] = [ground.keeper(), ground.keeper()];
      for (let round = 0; round < 5; round += 1)
        for (const keeper of [first, second]) {
          const lease = await keeper.acquire('a', `run ${round}`, never);
          await lease.release();
          await lease.release();
        }

      const last = await second.acquire('a', 'last', never);
      expect(last.lost.aborted).toBe(false);
      await last.release();
    });

    test('keeps a lease far longer than the ttl, without anybody doing anything', async () => {
      const ground = await open();
      const lease = await ground.keeper().acquire('a', 'run 1', never);

      await sleep(ground.ttlMs * 2.5);

      await expect(ground.keeper().acquire('a', 'run 2', never)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      expect(lease.lost.aborted).toBe(false);
      await lease.release();
    });

    test('lets one win when many come at once', async () => {
      const ground = await open();
      const keepers = Array.from({ length: 8 }, () => ground.keeper());

      const outcomes = await Promise.allSettled(keepers.map((keeper, at) => keeper.acquire('a', `run ${at}`, never)));

      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(won).toHaveLength(1);
      for (const outcome of refused) expect(outcome.reason).toMatchObject({ code: 'LEASE_HELD' });
      await Promise.all(keepers.map((keeper) => keeper.close()));
    });

    test('says so when a lease was lost, and does not take the next holder along on release', async () => {
      const ground = await open();
      const lease = await ground.keeper().acquire('a', 'run 1', never);
      const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));

      await ground.breakLease('a');
      await lost;
      const next = await acquireSoon(ground.keeper(), 'a');
      await lease.release();

      expect(lease.lost.reason).toMatchObject({ code: 'LEASE_LOST', message: expect.stringContaining('lease of a') });
      await expect(ground.keeper().acquire('a', 'run 3', never)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      expect(next.lost.aborted).toBe(false);
      await next.release();
    });

    test('is not lost by being released', async () => {
      const ground = await open();
      const lease = await ground.keeper().acquire('a', 'run 1', never);
      await lease.release();

      await sleep(ground.ttlMs / 2);

      expect(lease.lost.aborted).toBe(false);
    });

    test('releases what it still holds when it is closed', async () => {
      const ground = await open();
      const keeper = ground.keeper();
      await keeper.acquire('a', 'run 1', never);
      await keeper.acquire('b', 'run 1', never);

      await keeper.close();

      const other = ground.keeper();
      await other.acquire('a', 'run 2', never);
      await other.acquire('b', 'run 2', never);
      await other.close();
    });

    test('does nothing for who has been stopped already', async () => {
      const ground = await open();
      const reason = new Error('stopped');

      await expect(ground.keeper().acquire('a', 'run 1', AbortSignal.abort(reason))).rejects.toBe(reason);

      await (await ground.keeper().acquire('a', 'run 2', never)).release();
    });
  });
}

/** A server may take a moment to see that a holder is gone. */
export async function acquireSoon(keeper: LeaseKeeper, scope: string): Promise<Lease> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await keeper.acquire(scope, 'the next', never);
    } catch (failure) {
      if ((failure as { code?: string }).code !== 'LEASE_HELD' || attempt === 100) throw failure;
      await sleep(50);
    }
  }
}
