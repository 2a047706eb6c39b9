import type { Digest } from '../../oci/digest.ts';
import { DemoError } from '../errors.ts';
import { openPusher, type Pusher } from './pusher.ts';
import type { World, WorldManifest, WorldRepository } from './world.ts';

export interface PushOptions {
  readonly world: World;
  /** Requests at a time. Default 8. */
  readonly concurrency?: number;
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly signal?: AbortSignal;
}

export interface PushSummary {
  readonly tags: number;
  readonly uploadedBlobs: number;
  /** Taken over from another repository. */
  readonly mountedBlobs: number;
  /** Manifests of a type that the registry does not take (Distribution takes no unknown ones). */
  readonly refused: readonly { readonly repository: string; readonly digest: Digest }[];
}

/**
 * Pushes a world into a registry, as its clients would have: blobs before manifests, children before their index, a tag's earlier
 * manifests before its present one. Each blob is sent once and mounted everywhere else. What only a store can have (loose blobs,
 * old times, uploads that were never finished) is left out.
 *
 * @param url - base URL, like `http://127.0.0.1:5000`.
 * @throws DEMO_PUSH_FAILED
 */
export async function pushWorld(url: string, options: PushOptions): Promise<PushSummary> {
  const { world, concurrency = 8, signal = new AbortController().signal } = options;
  const pusher = openPusher({ url, credentials: options.credentials, connections: concurrency, signal });
  const all = (tasks: readonly Task[]) => runAll(tasks, concurrency, signal);
  const refused: Refused[] = [];
  try {
    const { uploads, mounts } = planBlobs(world, pusher);
    await all(uploads);
    await all(mounts);
    const plans = world.repositories.map((repository) => planManifests(repository, pusher, refused));
    for (let depth = 0; plans.some(({ levels }) => levels.length > depth); depth += 1)
      await all(plans.flatMap(({ levels }) => levels[depth] ?? []));
    await all(plans.flatMap(({ tags }) => tags));
    return { tags: countTags(world, refused), uploadedBlobs: uploads.length, mountedBlobs: mounts.length, refused };
  } finally {
    pusher.close();
  }
}

type Task = () => Promise<void>;

interface Refused {
  readonly repository: string;
  readonly digest: Digest;
}

/** The first repository that wants a blob gets it sent; the others take it over from there. */
function planBlobs(
  world: World,
  pusher: Pusher,
): { readonly uploads: readonly Task[]; readonly mounts: readonly Task[] } {
  const owners = new Map<Digest, string>();
  const uploads: Task[] = [];
  const mounts: Task[] = [];
  for (const { name, manifests, strayBlobs } of world.repositories) {
    const wanted = new Set([...manifests.flatMap(({ blobs }) => blobs), ...strayBlobs.map(({ digest }) => digest)]);
    for (const digest of wanted) {
      const bytes = world.blobs.get(digest) ?? Buffer.alloc(0);
      const owner = owners.get(digest);
      if (owner === undefined) uploads.push(() => pusher.upload(name, digest, bytes));
      else mounts.push(() => pusher.mount(name, digest, owner, bytes));
      if (owner === undefined) owners.set(digest, name);
    }
  }
  return { uploads, mounts };
}

function countTags({ repositories }: World, refused: readonly Refused[]): number {
  const isRefused = (name: string, digest: Digest) =>
    refused.some((one) => one.repository === name && one.digest === digest);
  return repositories.reduce(
    (sum, { name, tags }) => sum + tags.filter(({ digest }) => !isRefused(name, digest)).length,
    0,
  );
}

interface ManifestPlan {
  /** Every manifest once, by how far down its children go; under a tag's name where that says it all. */
  readonly levels: readonly (readonly Task[])[];
  /** Tags that are not pushed yet. */
  readonly tags: readonly Task[];
}

function planManifests({ name, manifests, tags }: WorldRepository, pusher: Pusher, refused: Refused[]): ManifestPlan {
  const byDigest = new Map(manifests.map((manifest) => [manifest.digest, manifest]));
  const firstTag = new Map<Digest, string>();
  const later: Task[] = [];
  const push = async (digest: Digest, reference: string) => {
    const status = await pusher.manifest(name, reference, manifestOf(byDigest, digest));
    if (status === 400 && !refused.some((one) => one.repository === name && one.digest === digest))
      refused.push({ repository: name, digest });
  };
  for (const tag of tags) {
    if (tag.earlier.length === 0 && !firstTag.has(tag.digest)) firstTag.set(tag.digest, tag.name);
    else
      later.push(async () => {
        for (const digest of [...tag.earlier, tag.digest]) await push(digest, tag.name);
      });
  }
  const levels: Task[][] = [];
  for (const { digest } of manifests) {
    const level = depthOf(byDigest, digest);
    while (levels.length <= level) levels.push([]);
    levels[level]?.push(() => push(digest, firstTag.get(digest) ?? digest));
  }
  return { levels, tags: later };
}

function depthOf(byDigest: ReadonlyMap<Digest, WorldManifest>, digest: Digest): number {
  return manifestOf(byDigest, digest).children.reduce(
    (depth, child) => Math.max(depth, depthOf(byDigest, child) + 1),
    0,
  );
}

function manifestOf(byDigest: ReadonlyMap<Digest, WorldManifest>, digest: Digest): WorldManifest {
  const found = byDigest.get(digest);
  if (found === undefined)
    throw new DemoError('DEMO_PUSH_FAILED', `pushing the demo's world: it has no manifest ${digest}`);
  return found;
}

/** So many at a time. After a failure no new one begins, and those under way come to their end. @throws the first failure. */
async function runAll(tasks: readonly Task[], concurrency: number, signal: AbortSignal): Promise<void> {
  const queue = tasks.values();
  let failed = false;
  const work = async () => {
    for (const task of queue) {
      if (failed) return;
      signal.throwIfAborted();
      await task().catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: concurrency }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
