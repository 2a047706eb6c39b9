import { type Client, openClient } from './client.ts';
import { type Content, type Image, makeLayers } from './image.ts';

/** What the clients of a registry saw, counted. */
export interface WorkloadTally {
  pushes: number;
  /** By what was answered: `400 MANIFEST_BLOB_UNKNOWN`. */
  readonly failedPushes: Map<string, number>;
  /** Layers that were there already, and were not sent. */
  reused: number;
  mounts: number;
  uploads: number;
  deletes: number;
  pulls: number;
  /** Something of an image was missing for a moment. */
  failedPulls: number;
  /** Images of which something was missing for good. */
  readonly broken: string[];
}

export interface LiveImage {
  readonly image: Image;
  readonly tag: string;
  readonly pushedAtMs: number;
}

/** What all clients of a registry share: what they push, and what is there by now. */
export interface Workload {
  readonly client: Client;
  readonly repositories: readonly string[];
  readonly layers: readonly Content[];
  /** By repository, then by the manifest's digest. */
  readonly live: ReadonlyMap<string, Map<string, LiveImage>>;
  /** Pushed at some time; some are pushed again, byte for byte. */
  readonly past: Image[];
  readonly tally: WorkloadTally;
  /**
   * Manifests of a repository come and go one at a time: when one is pushed while another is deleted there, Distribution by itself leaves
   * tags without a manifest. Blobs are not held back by it.
   */
  inTurn<T>(repository: string, work: () => Promise<T>): Promise<T>;
}

export function startWorkload(servers: readonly string[]): Workload {
  const repositories = ['app', 'app/tool', 'base'];
  const turns = new Map<string, Promise<unknown>>();
  return {
    client: openClient(servers),
    repositories,
    layers: makeLayers(40),
    live: new Map(repositories.map((name) => [name, new Map()])),
    past: [],
    tally: {
      ...{ pushes: 0, failedPushes: new Map(), reused: 0, mounts: 0, uploads: 0, deletes: 0 },
      ...{ pulls: 0, failedPulls: 0, broken: [] },
    },
    inTurn: (repository, work) => {
      const turn = (turns.get(repository) ?? Promise.resolve()).then(work);
      turns.set(
        repository,
        turn.catch(() => undefined), // who had the turn is told
      );
      return turn;
    },
  };
}
