import type { ToldEvent, ToldLog } from '../../../systems/history/contract.ts';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { ServiceError } from '../../errors.ts';
import { MOST_REGISTRIES, type Notebook } from './notebook.ts';

/** At once into the history; more wait for the next time. */
const MOST_EVENTS_AT_ONCE = 5000;
/** A history that does not answer is no reason to fill the memory: the registry keeps it as well. */
const MOST_WAITING = 1000;

/** Notes what registries tell in a history that all replicas share. What comes while others are noted is noted together. */
export function sharedNotebook(log: ToldLog): Notebook {
  const known = new Set<string>();
  let waiting: Told[] = [];
  let isNoting = false;
  return {
    async append(host, { events }, nowMs) {
      const registry = host.toLowerCase();
      const doing = `noting what ${registry} told`;
      if (waiting.length >= MOST_WAITING)
        throw new ServiceError('NOTIFICATION_NOT_KEPT', `${doing}: ${waiting.length} notifications wait already`);
      try {
        await assertRoomFor(registry);
        await new Promise<void>((done, failed) => {
          waiting.push({ host: registry, events, nowMs, done, failed });
          if (!isNoting) void noteAll();
        });
      } catch (failure) {
        if (failure instanceof ServiceError) throw failure;
        throw new ServiceError('NOTIFICATION_NOT_KEPT', `${doing}: ${messageOf(failure)}`, { cause: failure });
      }
    },
  };

  /** @throws NOTIFICATION_NOT_KEPT */
  async function assertRoomFor(registry: string): Promise<void> {
    if (known.has(registry)) return;
    for (const { host } of await log.registries()) known.add(host);
    if (!known.has(registry) && known.size >= MOST_REGISTRIES)
      throw new ServiceError(
        'NOTIFICATION_NOT_KEPT',
        `noting what ${registry} told: ${known.size} registries tell already`,
      );
    known.add(registry);
  }

  async function noteAll(): Promise<void> {
    isNoting = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const [{ host, nowMs }] = batch;
        await log.note(
          host,
          batch.flatMap(({ events }) => events),
          nowMs,
        );
        for (const { done } of batch) done();
      } catch (failure) {
        for (const { failed } of batch) failed(failure);
      }
    }
    isNoting = false;
  }

  /** Of the registry that waits longest, as many as go at once. */
  function takeBatch(): readonly [Told, ...Told[]] {
    const [first, ...others] = waiting as [Told, ...Told[]];
    const batch: [Told, ...Told[]] = [first];
    const left: Told[] = [];
    let events = first.events.length;
    for (const one of others) {
      const fits = one.host === first.host && events + one.events.length <= MOST_EVENTS_AT_ONCE;
      if (!fits) left.push(one);
      else {
        batch.push(one);
        events += one.events.length;
      }
    }
    waiting = left;
    return batch;
  }
}

interface Told {
  readonly host: string;
  readonly events: readonly ToldEvent[];
  readonly nowMs: number;
  readonly done: () => void;
  readonly failed: (failure: unknown) => void;
}
