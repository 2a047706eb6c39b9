import type { Digest } from '../../src/oci/digest.ts';
import { imageManifest, indexManifest, type StoreWorld } from '../support/memory-store-world.ts';
import { digestOf } from '../support/push-image.ts';
import type { Server } from './server.ts';
import type { Chance, Turns } from './turns.ts';

export interface Clients {
  readonly world: StoreWorld;
  readonly servers: readonly Server[];
  readonly turns: Turns;
  readonly chance: Chance;
  /** Half of what is pushed is an index of images that have no tag. */
  readonly withIndexes: boolean;
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

async function push(clients: Clients): Promise<void> {
  const { chance, told, withIndexes } = clients;
  const repository = anyOf(repositories, chance);
  const tag = anyOf(TAGS, chance);
  const isTaken =
    withIndexes && chance(2) === 0
      ? await pushIndex(clients, repository, tag)
      : await pushImage(clients, repository, someImage(chance), tag);
  if (isTaken) told.pushes += 1;
  else told.refused += 1;
}

/** An index of images without a tag; one that a server has is not pushed again. */
async function pushIndex(clients: Clients, repository: string, tag: string): Promise<boolean> {
  const { servers, chance, inTurn } = clients;
  const images = [1, 2].slice(chance(2)).map(() => someImage(chance));
  for (const image of images) {
    const isThere = await anyOf(servers, chance).hasManifest(repository, image.digest);
    if (!isThere && !(await pushImage(clients, repository, image))) return false;
  }
  const bytes = indexManifest(images.map(({ digest }) => ({ digest, sizeBytes: 1 })));
  const children = images.map(({ digest }) => digest);
  return await inTurn(repository, () => anyOf(servers, chance).putManifest(repository, { bytes, children, tag }));
}

async function pushImage(clients: Clients, repository: string, image: Image, tag?: string): Promise<boolean> {
  const { servers, turns, chance, told, inTurn } = clients;
  for (const [digest, bytes] of image.parts) {
    if (await anyOf(servers, chance).has(repository, digest)) told.reused += 1;
    else await send(anyOf(servers, chance), repository, bytes, chance);
    if (chance(4) === 0) await turns.sleep(chance(60));
  }
  const manifest = { bytes: image.bytes, parts: [...image.parts.keys()], ...(tag === undefined ? {} : { tag }) };
  return await inTurn(repository, () => anyOf(servers, chance).putManifest(repository, manifest));
}

interface Image {
  readonly digest: Digest;
  readonly bytes: Buffer;
  readonly parts: ReadonlyMap<Digest, Buffer>;
}

/** One of few, so that the same is pushed again and again. */
function someImage(chance: Chance): Image {
  const contents = [Buffer.from(`{"config":${chance(4)}}`), ...layers.filter((_, n) => n === 0 || chance(2) === 0)];
  const parts = new Map(contents.map((bytes) => [digestOf(bytes) as Digest, bytes]));
  const [config, ...others] = [...parts.keys()].map((digest) => ({ digest, sizeBytes: 1 }));
  const bytes = imageManifest(config as { digest: Digest; sizeBytes: number }, others);
  return { digest: digestOf(bytes) as Digest, bytes, parts };
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
      const free = notNamedByOthers(world, repository);
      if (free.length > 0) await anyOf(servers, chance).deleteManifest(repository, anyOf(free, chance));
    });
  }
}

/** Who deletes an image that an index needs breaks it by their own hand. */
function notNamedByOthers(world: StoreWorld, repository: string): readonly Digest[] {
  const revisions = [...world.repository(repository).revisions.keys()];
  const texts = revisions.map((digest) => world.blobs.get(digest)?.bytes.toString() ?? '');
  return revisions.filter((digest) => !texts.some((text) => text.includes(digest)));
}

function anyOf<T>(all: readonly T[], chance: Chance): T {
  return all[chance(all.length)] as T;
}
