import type { CriContainer, CriImage } from './messages.ts';

/** Finds images by any of their names: id, tag, digest. */
export interface ImageNames {
  /** Ids of the images that a name may mean. */
  find(name: string): readonly string[];
}

export function imageNames(images: readonly CriImage[]): ImageNames {
  const ids = new Map<string, Set<string>>();
  const note = (name: string, id: string) => {
    const known = ids.get(name);
    if (known === undefined) ids.set(name, new Set([id]));
    else known.add(id);
  };
  for (const { id, repo_tags, repo_digests } of images)
    for (const name of [id, id.replace(/^sha256:/, ''), ...repo_tags, ...repo_digests]) note(name, id);
  return { find: (name) => [...(ids.get(name) ?? [])] };
}

/**
 * The images that a container was made from. Its `image_ref` and `image_id` tell what it really runs; the name in its spec may have moved
 * to another image since, which stays then as well.
 */
export function imagesOf(container: CriContainer, names: ImageNames): readonly string[] {
  const { image_ref, image_id, image } = container;
  const named = [image_id, image_ref, image?.image ?? ''].filter((name) => name !== '');
  return [...new Set(named.flatMap((name) => names.find(name)))];
}
