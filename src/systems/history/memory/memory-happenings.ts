import type { AuditEntry, DiskReading, History, HistoryEvent } from '../contract.ts';
import { compareTexts } from '../text-order.ts';

type HappeningPart =
  | 'addEvent'
  | 'events'
  | 'lastEventId'
  | 'addAudit'
  | 'audit'
  | 'addDisk'
  | 'disks'
  | 'diskHistory'
  | 'note'
  | 'noted'
  | 'swapNote';

/** What came and is never changed, and the notes. */
export function memoryHappenings(): Pick<History, HappeningPart> & {
  forgetEvents(isGoing: (event: HistoryEvent) => boolean): void;
  forgetBefore(limits: { readonly diskBeforeMs: number; readonly auditBeforeMs: number }): void;
} {
  let events: HistoryEvent[] = [];
  let audit: AuditEntry[] = [];
  let disks: DiskReading[] = [];
  const notes = new Map<string, string>();
  let lastEvent = 0;
  let lastAudit = 0;
  return {
    forgetEvents(isGoing) {
      events = events.filter((event) => !isGoing(event));
    },
    forgetBefore({ diskBeforeMs, auditBeforeMs }) {
      disks = disks.filter(({ atMs }) => atMs >= diskBeforeMs);
      audit = audit.filter(({ atMs }) => atMs >= auditBeforeMs);
    },
    async addEvent(event) {
      lastEvent += 1;
      const added = { id: lastEvent, ...structuredClone(event) };
      events.push(added);
      return added;
    },
    async events({ afterId = 0, runId, limit }) {
      const found = events.filter((event) => event.id > afterId && (runId === undefined || event.runId === runId));
      return found.slice(0, limit);
    },
    async lastEventId() {
      return events.at(-1)?.id ?? 0;
    },
    async addAudit(entry) {
      lastAudit += 1;
      audit.push({ ...entry, id: lastAudit });
    },
    async audit({ beforeId = Number.POSITIVE_INFINITY, runId, limit }) {
      const found = audit.filter((entry) => entry.id < beforeId && (runId === undefined || entry.runId === runId));
      return found.reverse().slice(0, limit);
    },
    async addDisk(reading) {
      disks = disks.filter(({ target, atMs }) => target !== reading.target || atMs !== reading.atMs);
      disks.push(reading);
      disks.sort((one, other) => one.atMs - other.atMs);
    },
    async disks() {
      const newest = new Map(disks.map((reading) => [reading.target, reading]));
      return [...newest.values()].sort((one, other) => compareTexts(one.target, other.target));
    },
    async diskHistory(target, sinceMs) {
      return disks.filter((reading) => reading.target === target && reading.atMs >= sinceMs);
    },
    async note(key, value) {
      if (value === undefined) notes.delete(key);
      else notes.set(key, value);
    },
    async noted(key) {
      return notes.get(key);
    },
    async swapNote(key, believed, value) {
      if (notes.get(key) !== believed) return false;
      notes.set(key, value);
      return true;
    },
  };
}
