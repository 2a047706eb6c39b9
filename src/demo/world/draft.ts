import type { Digest } from '../../oci/digest.ts';
import type { Made, Shelf } from './image.ts';
import { type Random, randomFor } from './random.ts';
import type {
  World,
  WorldBlob,
  WorldClass,
  WorldManifest,
  WorldRecord,
  WorldRepository,
  WorldTag,
  WorldUpload,
} from './world.ts';

/** A world in the making. */
export interface Draft {
  readonly now: Date;
  readonly shelf: Shelf;
  readonly looseBlobs: WorldBlob[];
  /** Numbers for one purpose. */
  random(purpose: string): Random;
  /** The repository of this name; made at first mention, and then the class counts. */
  repository(name: string, as?: WorldClass): RepositoryDraft;
  record(repository: string, tag: string, status: string, finishedAt?: Date): void;
  /** A time before `now`. */
  ago(ms: number): Date;
  finish(): World;
}

export interface RepositoryDraft {
  readonly name: string;
  readonly strayBlobs: WorldBlob[];
  readonly uploads: WorldUpload[];
  /** Pushes a manifest by digest, after all that it names. */
  push(made: Made, at: Date): void;
  /** Pushes a manifest under a tag, which may have stood for another one before. */
  tag(name: string, made: Made, at: Date): void;
  finish(): WorldRepository;
}

export function createDraft(seed: string, now: Date): Draft {
  const shelf: Shelf = new Map();
  const repositories = new Map<string, RepositoryDraft>();
  const records: WorldRecord[] = [];
  const looseBlobs: WorldBlob[] = [];
  return {
    now,
    shelf,
    looseBlobs,
    random: (purpose) => randomFor(`${seed}/${purpose}`),
    repository: (name, as = 'unknown') => {
      const found = repositories.get(name) ?? createRepositoryDraft(name, as);
      repositories.set(name, found);
      return found;
    },
    record: (repository, tag, status, finishedAt) => {
      records.push({ id: `chg-${10_000 + records.length}`, repository, tag, status, finishedAt });
    },
    ago: (ms) => new Date(now.getTime() - ms),
    finish: () => ({
      blobs: shelf,
      repositories: [...repositories.values()].map((one) => one.finish()),
      records,
      looseBlobs,
    }),
  };
}

function createRepositoryDraft(name: string, as: WorldClass): RepositoryDraft {
  const manifests = new Map<Digest, WorldManifest>();
  const tags = new Map<string, WorldTag>();
  const strayBlobs: WorldBlob[] = [];
  const uploads: WorldUpload[] = [];

  function push(made: Made, pushedAt: Date): void {
    const { descriptor, bytes, blobs, children, subject } = made;
    if (manifests.has(descriptor.digest)) return;
    for (const child of children) push(child, pushedAt);
    manifests.set(descriptor.digest, {
      digest: descriptor.digest,
      mediaType: descriptor.mediaType,
      bytes,
      blobs,
      children: children.map((child) => child.descriptor.digest),
      ...(subject === undefined ? {} : { subject }),
      pushedAt,
    });
  }

  return {
    name,
    strayBlobs,
    uploads,
    push,
    tag: (tag, made, pushedAt) => {
      push(made, pushedAt);
      const before = tags.get(tag);
      const earlier = before === undefined ? [] : [...before.earlier, before.digest];
      tags.set(tag, { name: tag, digest: made.descriptor.digest, earlier, pushedAt });
    },
    finish: () => ({
      name,
      class: as,
      manifests: [...manifests.values()],
      tags: [...tags.values()],
      strayBlobs,
      uploads,
    }),
  };
}
