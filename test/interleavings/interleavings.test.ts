import { expect, test } from 'vitest';
import { caches, play, storiesOf, titleOf } from './story.ts';

/*
 * The short form of `npm run interleavings`: registries of the model in test/interleavings/server.ts, over a storage in memory. Chance picks
 * after every step who goes next, and which run of Winnow dies where.
 */

const SEEDS = 6;

test.each(storiesOf(caches, 1, 1).map((story) => [titleOf(story), story] as const))(
  'no step between those of others breaks anything: %s',
  async (_, story) => {
    let pushes = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const end = await play({ ...story, seed });
      pushes += end.pushes;
      expect({ seed, wrong: end.wrong }).toEqual({ seed, wrong: [] });
    }
    expect(pushes).toBeGreaterThan(SEEDS);
  },
  60_000,
);
