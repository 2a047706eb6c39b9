import type { RegistryReader } from '../../systems/registry/contract.ts';
import { createLimit } from '../../util/limit.ts';

/** Tag → digest, of one repository. */
type Tags = Map<string, string>;

interface Look {
  readonly tags: Promise<Tags>;
  readonly startedAtMs: number;
  /** Undefined while the look is under way. */
  endedAtMs: number | undefined;
}

/** The present tags of repositories, read again whenever the last look is no longer fresh. */
export interface TagSnapshots {
  /** The tags that point at a digest. */
  tagsOn(repository: string, digest: string, signal: AbortSignal): Promise<readonly string[]>;
  /** All tags as of the last look; empty before the first. */
  lastLook(repository: string): Promise<ReadonlyMap<string, string>>;
  /** Tells that a tag was just removed, so that the last look need not be repeated for it. */
  forget(repository: string, tag: string): Promise<void>;
}

/**
 * A look is fresh for two seconds, or for twice the time that it took: a shorter life would make a large repository
 * be listed for ever. Deleting by digest can't be atomic over HTTP; what happens in between is found by the look after it.
 */
export function tagSnapshots(registry: RegistryReader, nowMs: () => number, concurrency: number): TagSnapshots {
  const looks = new Map<string, Look>();

  const fresh = (repository: string, signal: AbortSignal): Promise<Tags> => {
    const known = looks.get(repository);
    if (known !== undefined && isFresh(known, nowMs())) return known.tags;
    const look: Look = {
      tags: readTags(registry, repository, concurrency, signal),
      startedAtMs: nowMs(),
      endedAtMs: undefined,
    };
    looks.set(repository, look);
    const end = () => {
      look.endedAtMs = nowMs();
    };
    look.tags.then(end, () => looks.delete(repository));
    return look.tags;
  };

  return {
    tagsOn: async (repository, digest, signal) =>
      [...(await fresh(repository, signal))].filter(([, pointsAt]) => pointsAt === digest).map(([tag]) => tag),
    lastLook: async (repository) => (await looks.get(repository)?.tags) ?? new Map(),
    forget: async (repository, tag) => {
      const tags = await looks.get(repository)?.tags.catch(() => undefined); // a look that failed has nothing to forget
      tags?.delete(tag);
    },
  };
}

function isFresh({ startedAtMs, endedAtMs }: Look, nowMs: number): boolean {
  return endedAtMs === undefined || nowMs - endedAtMs <= Math.max(2000, 2 * (endedAtMs - startedAtMs));
}

async function readTags(
  registry: RegistryReader,
  repository: string,
  concurrency: number,
  signal: AbortSignal,
): Promise<Tags> {
  const tags: Tags = new Map();
  const limit = createLimit(concurrency);
  const resolving: Promise<void>[] = [];
  for await (const tag of registry.tags(repository, signal))
    resolving.push(
      limit.run(async () => {
        const resolved = await registry.resolve(repository, tag, signal);
        if (resolved !== undefined) tags.set(tag, resolved.digest);
      }, signal),
    );
  await Promise.all(resolving);
  return tags;
}
