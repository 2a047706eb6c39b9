import type { Digest } from '../../../oci/digest.ts';
import { tagsPath } from '../../../oci/distribution-layout.ts';
import type { Listed } from './bucket.ts';
import { ROOT, readKey } from './keys.ts';
import { createLinkReader } from './links.ts';
import { listAll } from './list-all.ts';
import { inParallel } from './parallel.ts';
import type { BucketPlace } from './place.ts';

/** What the tags of a repository stand for, and what they stood for. */
export interface TagTable {
  readonly current: ReadonlyMap<string, Digest>;
  /** Tags whose link says nothing: each may stand for whatever it ever stood for. */
  readonly opaque: ReadonlySet<string>;
  /** Keys of the history entries of each manifest. */
  readonly history: ReadonlyMap<Digest, readonly string[]>;
}

/** @throws STORE_WALK_FAILED */
export async function readTagTable(place: BucketPlace, repository: string, signal: AbortSignal): Promise<TagTable> {
  const currents: { readonly tag: string; readonly link: Listed }[] = [];
  const history = new Map<Digest, string[]>();
  const pasts = new Map<string, Digest[]>();
  const take = (objects: readonly Listed[]): void => {
    for (const link of objects) {
      const thing = readKey(link.key);
      if (thing?.is === 'current-link') currents.push({ tag: thing.tag, link });
      if (thing?.is !== 'history-link' || thing.digest === undefined) continue;
      history.set(thing.digest, [...(history.get(thing.digest) ?? []), link.key]);
      pasts.set(thing.tag, [...(pasts.get(thing.tag) ?? []), thing.digest]);
    }
  };
  await listAll({ bucket: place.bucket, readers: place.readers, take }, `${tagsPath(ROOT, repository)}/`, signal);

  const links = createLinkReader(place.bucket);
  const current = new Map<string, Digest>();
  const opaque = new Set<string>();
  await inParallel(currents, place.readers, async ({ tag, link }) => {
    const target = await links.target(link, pasts.get(tag) ?? [], signal);
    if (target === undefined) opaque.add(tag);
    else if (target !== 'gone') current.set(tag, target);
  });
  return { current, opaque, history };
}
