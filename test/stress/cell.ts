import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { brokenOnDisk, brokenOverHttp, brokenPromises } from './broken-tags.ts';
import type { CollectOrder } from './collect-order.ts';
import { type CollectorTally, collectAndDie, collectOnAndOn, collectSome, noCollectorTally } from './collector.ts';
import { damageIn } from './damage.ts';
import { deleteOnAndOn, seeWhole } from './deleter.ts';
import { pullOnAndOn } from './puller.ts';
import { pushOnAndOn } from './pusher.ts';
import { collectWithRegistry } from './registry-collector.ts';
import { startWorkload, type Workload, type WorkloadTally } from './workload.ts';

/** `two-in-memory`: two servers over one storage, each with a cache of its own. */
export const caches = ['none', 'in-memory', 'redis', 'two-in-memory'] as const;
export type Cache = (typeof caches)[number];

/** `killed`: Winnow, which is killed and started again all the time. `registry`: the collector that the registry brings along. */
export const collectors = ['winnow', 'killed', 'registry'] as const;
export type CollectorName = (typeof collectors)[number];

export interface CellOptions {
  readonly cache: Cache;
  readonly collector: CollectorName;
  readonly seconds: number;
  readonly pushers: number;
}

export interface CellResult {
  readonly options: CellOptions;
  readonly work: WorkloadTally;
  readonly collected: CollectorTally;
  /** Tags that there were at the end. */
  readonly tags: number;
  /** What is wrong with them, by whom it was found. Empty: nothing. */
  readonly broken: readonly string[];
}

/** A moment in which a part of an image is gone may be as long: until the run is over that took it, or a whole one after some that were killed. */
const PATIENCE_MS = 20_000;

/** A registry with one cache under load, with one collector at work on its storage, and a look at what is left. */
export async function runCell(options: CellOptions): Promise<CellResult> {
  const served = await serve(options.cache);
  const workload = startWorkload(served.servers.map(({ url }) => url));
  const collected = noCollectorTally();
  const order = orderFor(served);
  const stop = new AbortController();
  try {
    const clients = startClients(workload, options, stop.signal);
    const collecting = startCollector(options.collector, { served, order, collected }, stop.signal);
    await Promise.race([after(options.seconds * 1000), Promise.all(clients), collecting]); // the latter end before only by failing
    stop.abort();
    await Promise.all([...clients, collecting]);
    if (options.collector !== 'registry') await bringToAnEnd(order, collected);
    return { options, work: workload.tally, collected, ...(await look(served, workload)) };
  } finally {
    stop.abort();
    await workload.client.close();
    for (const server of served.servers) await server.stop();
  }
}

/** What was begun is ended, and what is hidden goes for good: then nothing is left that could bring anything back. */
async function bringToAnEnd(order: CollectOrder, collected: CollectorTally): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    await collectSome(order, 2, collected);
    if (n < 2) await after(order.timing.holdMs);
  }
}

interface Served {
  /** All over one storage. */
  readonly servers: readonly [DockerRegistry, ...DockerRegistry[]];
  /** As `--cache` has it. */
  readonly cache: string;
}

/** The storage is there from the start: a collector does not begin with one that is not. */
async function serve(cache: Cache): Promise<Served> {
  const folder = makeTempFolder('stress-storage');
  for (const part of ['blobs', 'repositories'])
    mkdirSync(join(folder, 'docker/registry/v2', part), { recursive: true });
  if (cache === 'redis') return await serveOverRedis(folder);
  const start = () => startDockerRegistry({ folder, cache: cache === 'none' ? 'none' : 'inmemory' });
  const others = cache === 'two-in-memory' ? [await start()] : [];
  return { servers: [await start(), ...others], cache: cache === 'none' ? cache : 'in-memory' };
}

async function serveOverRedis(folder: string): Promise<Served> {
  const redis = await startRedisServer();
  const storage = {
    filesystem: { rootdirectory: folder },
    delete: { enabled: true },
    maintenance: { uploadpurging: { enabled: false } },
    cache: { blobdescriptor: 'redis' },
  };
  const settings = { storage, redis: { addr: redis.addr, password: redis.password } };
  return { servers: [await startDockerRegistry({ folder, settings })], cache: redis.url };
}

/** Waiting times as no one should have them: every step comes as soon as it can, right among the pushes. */
function orderFor({ servers, cache }: Served): CollectOrder {
  const [{ folder }] = servers;
  return {
    ...{ folder, servers: servers.map(({ url }) => url), cache, stateFolder: makeTempFolder('stress-state') },
    timing: { graceMs: 2000, settleMs: 500, holdMs: 2000, marginMs: 50 },
    minBlobAgeMs: 2000,
    leftoverAgeMs: 20_000,
  };
}

function startClients(
  workload: Workload,
  { pushers, collector }: CellOptions,
  signal: AbortSignal,
): readonly Promise<void>[] {
  const patienceMs = collector === 'registry' ? 0 : PATIENCE_MS;
  return [
    ...Array.from({ length: pushers }, (_, n) => pushOnAndOn(workload, `pusher-${n}`, signal)),
    ...[1, 2].map(() => deleteOnAndOn(workload, patienceMs, signal)),
    pullOnAndOn(workload, signal),
  ];
}

function startCollector(
  name: CollectorName,
  { served, order, collected }: { served: Served; order: CollectOrder; collected: CollectorTally },
  signal: AbortSignal,
): Promise<void> {
  switch (name) {
    case 'winnow':
      return collectOnAndOn(order, collected, signal);
    case 'killed':
      return collectAndDie(order, collected, signal);
    case 'registry':
      return collectWithRegistry(served.servers[0], collected, signal);
  }
}

/** Through the living cache first, image by image; then by a server without one, on the disk, and by Winnow's own check. */
async function look({ servers }: Served, workload: Workload): Promise<Pick<CellResult, 'tags' | 'broken'>> {
  const [registry] = servers;
  const { client, layers, repositories, live, tally } = workload;
  for (const repository of repositories)
    for (const one of live.get(repository)?.values() ?? []) await seeWhole(workload, repository, one, 0);
  const promises = await brokenPromises(client, repositories, layers);
  await registry.restart({ cache: 'none', settings: {} });
  const http = await brokenOverHttp(registry.url, repositories);
  const disk = brokenOnDisk(registry.folder, repositories);
  const broken = [
    ...tally.broken.map((text) => `while it was in use: ${text}`),
    ...promises.map((text) => `promised, and not there: ${text}`),
    ...http.broken.map((text) => `over HTTP: ${text}`),
    ...disk.broken.map((text) => `on the disk: ${text}`),
    ...(await damageIn(registry.folder)).map((text) => `fsck: ${text}`),
  ];
  return { tags: http.tags, broken };
}
