import { makeBases } from './bases.ts';
import { addBulk } from './bulk.ts';
import { createDraft } from './draft.ts';
import { addLastingRepositories } from './lasting.ts';
import { addLeftovers } from './leftovers.ts';
import { addSignatures } from './signatures.ts';
import { addSpecialImages } from './special-images.ts';
import { addSpecialRecords } from './special-records.ts';
import { addTransientRepositories } from './transient.ts';
import type { World } from './world.ts';

export interface WorldOptions {
  /** The same seed and `now` make the same world, digest for digest. */
  readonly seed: string;
  readonly now: Date;
  /**
   * 1 (the default) is the demo: a small company with some 300 images. Each whole step above it adds 50 repositories of 100 tags
   * each with tiny images; fractions add fewer repositories.
   */
  readonly scale?: number;
}

/** Makes a believable small company's registry up, with its records, in memory. */
export function describeWorld({ seed, now, scale = 1 }: WorldOptions): World {
  if (!(scale >= 1)) throw new RangeError(`the scale of the demo world is a number from 1 on, not ${scale}`);
  const draft = createDraft(seed, now);
  const bases = makeBases(draft);
  const works = addTransientRepositories(draft, bases);
  const newest = addLastingRepositories(draft, bases);
  addSpecialImages(draft, bases, works);
  addSpecialRecords(draft, bases, works);
  addSignatures(draft, works, newest);
  addLeftovers(draft);
  addBulk(draft, { repositories: Math.round((scale - 1) * 50), tagsPerRepository: 100 });
  return draft.finish();
}
