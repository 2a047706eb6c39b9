import type { Digest } from '../../src/oci/digest.ts';
import { imageManifest, type StoreWorld } from '../support/memory-store-world.ts';
import { digestOf } from '../support/push-image.ts';
import type { Server } from './server.ts';
import type { Chance, Turns } from './turns.ts';

export interface Clients {
  readonly world: StoreWorld;
  readonly servers: readonly Server[];
  readonly turns: Turns;
  readonly chance: Chance;
  /** Until when they begin something new. */
  readonly untilMs: number;
  readonly told: { pushes: number; refused: number; reused: number };
  /** The registry itself breaks a tag where its manifest is pushed and deleted at once: manifests of a repository take turns. */
  readonly inTurn: InTurn;
}

export type InTurn = <T>(repository: string, work: () => Promise<T>) => Promise<T>;

export function takingTurns(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return (repository, work) => {
    const mine = (last.get(repository) ?? Promise.resolve()).then(work);
    last.set(repository, mine);
    return mine;
  };
}

export const repositories = ['app', 'tool'];
export const layers = ['base', 'code', 'data'].map((text) => Buffer.from(text));
const TAGS = ['v1', 'v2'];

/** Asks for each part, mounts it or sends it where it is not there, and puts the manifest: through any server, request by request. */
export async function pushOnAndOn(clients: Clients): Promise<void> {
  const { turns, untilMs } = clients;
  while (turns.nowMs < untilMs) {
    await turns.sleep(clients.chance(300));
    await push(clients);
  }
}

async function push({ servers, turns, chance, told, inTurn }: Clients): Promise<void> {
  const repository = anyOf(repositories, chance);
  const chosen = layers.filter((_, n) => n === 0 || chance(2) === 0);
  const config = Buffer.from(`{"config":${chance(4)}}`);
  const parts: Digest[] = [];
  for (const bytes of [config, ...chosen]) {
    const digest = digestOf(bytes) as Digest;
    parts.push(digest);
    if (await anyOf(servers, chance).has(repository, digest)) told.reused += 1;
    else await send(anyOf(servers, chance), repository, bytes, chance);
    if (chance(4) === 0) await turns.sleep(chance(60));
  }
  const described = parts.map((digest) => ({ digest, sizeBytes: 1 }));
  const manifest = imageManifest(described[0] as (typeof described)[0], described.slice(1));
  const tag = anyOf(TAGS, chance);
  const isTaken = await inTurn(repository, () => anyOf(servers, chance).putManifest(repository, manifest, parts, tag));
  if (isTaken) told.pushes += 1;
  else told.refused += 1;
}

async function send(server: Server, repository: string, bytes: Buffer, chance: Chance): Promise<void> {
  const from = anyOf(repositories, chance);
  if (chance(2) === 0 && from !== repository && (await server.mount(repository, digestOf(bytes) as Digest, from)))
    return;
  await server.upload(repository, bytes);
}

/** Deletes any manifest, time and again: then what it named is needed by nobody, or by few. */
export async function deleteOnAndOn({ world, servers, turns, chance, untilMs, inTurn }: Clients): Promise<void> {
  while (turns.nowMs < untilMs) {
    await turns.sleep(chance(200));
    const repository = anyOf(repositories, chance);
    await inTurn(repository, async () => {
      const revisions = [...world.repository(repository).revisions.keys()];
      if (revisions.length > 0) await anyOf(servers, chance).deleteManifest(repository, anyOf(revisions, chance));
    });
  }
}

function anyOf<T>(all: readonly T[], chance: Chance): T {
  return all[chance(all.length)] as T;
}
