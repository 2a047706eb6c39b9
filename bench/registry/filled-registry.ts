import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describeBulk } from '../../src/demo/world/bulk.ts';
import type { World } from '../../src/demo/world/world.ts';
import { writeStore } from '../../src/demo/world/write-store.ts';
import { type DockerRegistry, startDockerRegistry } from '../../test/support/docker-registry.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';

const TAGS_PER_REPOSITORY = 100;
const IN_MEMORY = '/dev/shm';
/** Twenty thousand tags are a quarter of a million files and folders. */
const ROOM_BYTES = 4 * 2 ** 30;

/** A real docker-registry on loopback whose contents grow. */
export interface FilledRegistry {
  readonly server: DockerRegistry;
  /** What is in it by now. */
  readonly world: () => World;
  /** Adds repositories until there are so many tags. */
  growTo(tags: number): Promise<void>;
}

/**
 * The store is written as pushes would have left it, which takes seconds where pushing takes minutes; what the server then
 * answers is checked against what was written. Its settings are those of Debian's package: no access log, blob descriptors cached.
 * It lies in memory where there is room: what is measured is all warm, and removing so many files from a disk takes minutes.
 */
export async function startFilledRegistry(): Promise<FilledRegistry> {
  const server = await startDockerRegistry({ cache: 'inmemory', folder: makeTempFolder('bench-store', storeParent()) });
  const now = new Date();
  let world: World = describeBulk({ repositories: 0, tagsPerRepository: 0, seed: 'bench', now });
  return {
    server,
    world: () => world,
    growTo: async (tags) => {
      const repositories = Math.ceil(tags / TAGS_PER_REPOSITORY);
      const before = world.repositories.length;
      if (repositories <= before) return;
      world = describeBulk({ repositories, tagsPerRepository: TAGS_PER_REPOSITORY, seed: 'bench', now });
      const added = { ...world, repositories: world.repositories.slice(before) };
      await writeStore(added, server.folder, new AbortController().signal);
    },
  };
}

function storeParent(): string {
  if (!existsSync(IN_MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize > ROOM_BYTES ? IN_MEMORY : tmpdir();
}

export function countTags(world: World): number {
  return world.repositories.reduce((sum, { tags }) => sum + tags.length, 0);
}
