import type { Digest } from '../../src/oci/digest.ts';
import type { DescriptorCache } from '../../src/systems/descriptor-cache/contract.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { brokenTags, createStoreWorld, type StoreWorld } from '../support/memory-store-world.ts';
import { silentCache } from '../support/store-rig.ts';
import { noMemory, ownMemory, sharedMemory } from './caches.ts';
import { type Clients, deleteOnAndOn, pushOnAndOn, repositories, takingTurns } from './clients.ts';
import { type Collecting, collect, timing } from './collector.ts';
import { createServer, type Server } from './server.ts';
import { type Chance, chanceFrom, Turns } from './turns.ts';

export const caches = ['none', 'in-memory', 'redis', 'two-in-memory', 'two-redis'] as const;
export type Cache = (typeof caches)[number];

export interface Story {
  readonly seed: number;
  readonly cache: Cache;
  /** Runs die, at any step. */
  readonly killed: boolean;
  /** Manifests without a tag go as well, and clients push indexes. */
  readonly untagged: boolean;
}

export interface StoryEnd {
  readonly runs: number;
  readonly deaths: number;
  readonly pushes: number;
  readonly refused: number;
  readonly reused: number;
  /** What is wrong in the end: tags that can't be pulled, promises that can't be kept, garbage that stays. */
  readonly wrong: readonly string[];
}

/** Every kind of world, with so many seeds each. */
export function storiesOf(chosen: readonly Cache[], fromSeed: number, seeds: number): readonly Story[] {
  const either = [false, true];
  return Array.from({ length: seeds }, (_, n) => fromSeed + n).flatMap((seed) =>
    chosen.flatMap((cache) =>
      either.flatMap((killed) => either.map((untagged) => ({ seed, cache, killed, untagged }))),
    ),
  );
}

export function titleOf({ cache, killed, untagged }: Story): string {
  return `cache ${cache}, ${killed ? 'killed again and again' : 'left to end'}, ${untagged ? 'untagged manifests go as well' : 'every manifest stays'}`;
}

const LENGTH_MS = 3000;

/** Clients push to one storage through servers while Winnow collects: everything that happens, and when, follows from the seed. */
export async function play({ seed, cache, killed, untagged }: Story): Promise<StoryEnd> {
  const chance = chanceFrom(seed);
  const turns = new Turns(chance, Date.UTC(2026, 0, 1));
  const untilMs = turns.nowMs + LENGTH_MS;
  const world: StoreWorld = { ...createStoreWorld(), clock: { now: () => turns.nowMs, forward: () => undefined } };
  const served = serve(cache, world, turns);
  const told = { pushes: 0, refused: 0, reused: 0 };
  const { servers } = served;
  const clients: Clients = {
    world,
    turns,
    chance,
    untilMs,
    told,
    inTurn: takingTurns(),
    servers,
    withIndexes: untagged,
  };
  const collecting: Collecting = { world, turns, ...served, journal: memoryJournal(), deleteUntagged: untagged };
  const count = { runs: 0, deaths: 0 };
  const all = Promise.all([
    ...[1, 2, 3].map(() => pushOnAndOn(clients)),
    deleteOnAndOn(clients),
    collectOnAndOn(collecting, { chance, untilMs, killed, count }),
  ]);
  await turns.play(all);
  const stays = await turns.play(bringToAnEnd(collecting, count)).then(() => garbageIn(world, cache));
  return { ...count, ...told, wrong: [...brokenTags(world), ...emptyPromises(world, served.servers), ...stays] };
}

function serve(cache: Cache, world: StoreWorld, turns: Turns): { servers: readonly Server[]; cache: DescriptorCache } {
  const one = (memory: Parameters<typeof createServer>[1], host: string) => createServer(world, memory, turns, host);
  const shared = sharedMemory();
  switch (cache) {
    case 'none':
      return { servers: [one(noMemory, 'a')], cache: silentCache('none') };
    case 'in-memory':
      return { servers: [one(ownMemory(), 'a')], cache: silentCache('in-memory') };
    case 'two-in-memory':
      return { servers: [one(ownMemory(), 'a'), one(ownMemory(), 'b')], cache: silentCache('in-memory') };
    case 'redis':
      return { servers: [one(shared.memory, 'a')], cache: shared.cache };
    case 'two-redis':
      return { servers: [one(shared.memory, 'a'), one(shared.memory, 'b')], cache: shared.cache };
  }
}

interface CollectPlan {
  readonly chance: Chance;
  readonly untilMs: number;
  readonly killed: boolean;
  readonly count: { runs: number; deaths: number };
}

async function collectOnAndOn(to: Collecting, { chance, untilMs, killed, count }: CollectPlan): Promise<void> {
  while (to.turns.nowMs < untilMs) {
    count.runs += 1;
    const dieAfter = killed && chance(3) > 0 ? chance(200) : undefined;
    const { died } = await collect(to, `run-${count.runs}`, dieAfter);
    if (died) count.deaths += 1;
    await to.turns.sleep(chance(50));
  }
}

/** Whole runs, until there is nothing more to do. */
async function bringToAnEnd(to: Collecting, count: { runs: number }): Promise<void> {
  for (let idle = 0; idle < 2; ) {
    await to.turns.sleep(timing.holdMs + timing.graceMs);
    count.runs += 1;
    const { actions } = await collect(to, `run-${count.runs}`);
    idle = actions === 0 ? idle + 1 : 0;
    if (count.runs > 500) throw new Error('it is never at an end');
  }
}

/** What a server says it has, and a push would count on, and has not. */
function emptyPromises(world: StoreWorld, servers: readonly Server[]): readonly string[] {
  const known = new Set<Digest>([...world.repositories.values()].flatMap(({ layers }) => [...layers.keys()]));
  for (const digest of world.blobs.keys()) known.add(digest);
  const wrong: string[] = [];
  for (const repository of repositories)
    for (const digest of known) {
      const isThere = world.repository(repository).layers.has(digest) && world.blobs.has(digest);
      if (!isThere && servers.some((server) => server.promises(repository, digest)))
        wrong.push(`${repository}@${digest} is promised, and not there`);
    }
  return wrong;
}

/** Manifests stay where a cache in a server may know them. */
function garbageIn(world: StoreWorld, cache: Cache): readonly string[] {
  const named = new Set<string>();
  for (const { revisions } of world.repositories.values())
    for (const digest of revisions.keys()) {
      named.add(digest);
      for (const [part] of (world.blobs.get(digest)?.bytes.toString() ?? '').matchAll(/sha256:[0-9a-f]{64}/gu))
        named.add(part);
    }
  const keepsManifests = cache === 'in-memory' || cache === 'two-in-memory';
  const stays = [...world.blobs].filter(
    ([digest, { bytes }]) => !named.has(digest) && !(keepsManifests && bytes.includes('schemaVersion')),
  );
  return [
    ...stays.map(([digest]) => `${digest} stays, and nothing needs it`),
    ...[...world.notes.keys()].map((digest) => `${digest} is still noted`),
    ...[...world.quarantine.keys()].map((digest) => `${digest} is still hidden`),
  ];
}
