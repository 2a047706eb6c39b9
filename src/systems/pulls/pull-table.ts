import type { PullTimes } from '../../evidence/pull-times.ts';
import type { Transfer } from './events.ts';

/** Collects when what was last pulled. */
export interface PullTable {
  note(atMs: number, pull: Transfer): void;
  times(knownSinceMs: number | undefined): PullTimes;
}

export function pullTable(): PullTable {
  const manifests = new Map<string, Map<string, number>>();
  const tags = new Map<string, Map<string, number>>();
  return {
    note(atMs, { repository, digest, tag }) {
      noteLater(manifests, repository, digest, atMs);
      if (tag !== undefined) noteLater(tags, repository, tag, atMs);
    },
    times: (knownSinceMs) => ({
      ofManifest: (repository, digest) => manifests.get(repository)?.get(digest),
      ofTag: (repository, tag) => tags.get(repository)?.get(tag),
      knownSinceMs,
    }),
  };
}

function noteLater(table: Map<string, Map<string, number>>, repository: string, name: string, atMs: number): void {
  let names = table.get(repository);
  if (names === undefined) {
    names = new Map();
    table.set(repository, names);
  }
  const before = names.get(name);
  if (before === undefined || atMs > before) names.set(name, atMs);
}
