import type { Push, PushTimes } from '../../evidence/push-times.ts';
import type { Transfer } from './events.ts';

/** Collects when what was last pushed. Older pushes than those of a lease are passed over: there may be years of them. */
export interface PushTable {
  note(atMs: number, push: Transfer): void;
  readonly times: PushTimes;
}

/** @param sinceMs - pushes before this are of no interest */
export function pushTable(sinceMs: number): PushTable {
  const names = new Map<string, Push>();
  return {
    note(atMs, push) {
      if (atMs < sinceMs) return;
      const { repository, digest, tag } = push;
      const made = { atMs, through: throughOf(push) };
      noteLater(`${repository}@${digest}`, made);
      if (tag !== undefined) noteLater(`${repository}:${tag}`, made);
    },
    times: {
      ofManifest: (repository, digest) => names.get(`${repository}@${digest}`),
      ofTag: (repository, tag) => names.get(`${repository}:${tag}`),
    },
  };

  function noteLater(name: string, push: Push): void {
    const before = names.get(name);
    if (before === undefined || push.atMs > before.atMs) names.set(name, push);
  }
}

function throughOf({ userAgent, actor }: Transfer): string {
  const program = userAgent.split(' ', 1)[0] ?? '';
  if (actor === '') return program;
  return program === '' ? actor : `${program} (${actor})`;
}
