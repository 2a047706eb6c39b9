import { expect, test } from 'vitest';
import { type CellResult, runCell } from '../stress/cell.ts';
import { describeReal } from '../support/requirements.ts';

/*
 * The short form of `npm run stress`: real servers under load, and a collector whose every step comes as soon as it can.
 */
const SECONDS = 6;

/** Otherwise it proves nothing. */
function expectToHaveWorked({ work, collected }: CellResult): void {
  const { pushes, reused, mounts, deletes, pulls } = work;
  for (const count of [pushes, reused, mounts, deletes, pulls, collected.runs, collected.purged])
    expect(count).toBeGreaterThan(0);
}

describeReal('a registry to which is pushed while it is collected', ['docker-registry', 'redis-server'], () => {
  test.each(['none', 'redis', 'two-in-memory'] as const)(
    'has no broken tag at the end, with the cache: %s',
    async (cache) => {
      const result = await runCell({ cache, collector: 'winnow', seconds: SECONDS, pushers: 6 });

      expect(result.broken).toEqual([]);
      expect([...result.collected.failures]).toEqual([]);
      expectToHaveWorked(result);
    },
  );

  test.each(['redis'] as const)(
    'has none either when the collector is killed and started again all the time, with the cache: %s',
    async (cache) => {
      const result = await runCell({ cache, collector: 'killed', seconds: SECONDS, pushers: 6 });

      expect(result.broken).toEqual([]);
      expect([...result.collected.failures]).toEqual([]);
      expect(result.collected.kills).toBeGreaterThan(1);
      expectToHaveWorked(result);
    },
  );

  test('has many with a collector that is not made for it, and each way of looking finds them', async () => {
    const { broken } = await runCell({ cache: 'in-memory', collector: 'registry', seconds: SECONDS, pushers: 6 });

    const seenBy = new Set(broken.map((text) => text.slice(0, text.indexOf(':'))));
    expect([...seenBy].sort()).toEqual(
      ['fsck', 'on the disk', 'over HTTP', 'promised, and not there', 'while it was in use'].sort(),
    );
  });
});
