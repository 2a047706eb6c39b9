import { afterEach, describe, expect, test } from 'vitest';
import type { EventData, EventEnvelope, EventSink } from './contract.ts';

/** An event with everything in it that could go wrong on the way. */
export function exampleEvent(more: Partial<EventData> & Readonly<Record<string, unknown>> = {}): EventEnvelope {
  return {
    specversion: '1.0',
    id: 'reconcile-20260801t120000z-ab12/apply',
    source: '/winnow/clusters/prod/registries/registry.example%3A5000',
    type: 'dev.winnow.registry_reconcile.summary',
    subject: 'registry.example:5000',
    time: '2026-08-01T12:01:30.123Z',
    datacontenttype: 'application/json',
    data: {
      type: 'registry_reconcile.summary',
      level: 'info',
      time: '2026-08-01T12:01:30.123Z',
      cluster_name: 'prod',
      ...{
        note: 'línea 1\n"línea 2"; drop table x -- 项目 🚀',
        totals: { found: 15, freed_bytes: 9_007_199_254_740_991 },
      },
      ...more,
    },
  };
}

/** What every sink must do, whatever it writes to. */
export interface SinkUnderTest {
  readonly sink: EventSink;
  /** What arrived: the events without their envelopes, in order. */
  readonly arrived: () => Promise<readonly unknown[]>;
}

export function eventSinkContract(name: string, open: () => Promise<SinkUnderTest>): void {
  describe(`${name} as a sink of events`, () => {
    const closing: EventSink[] = [];
    const opened = async () => {
      const under = await open();
      closing.push(under.sink);
      return under;
    };
    afterEach(async () => {
      for (const sink of closing.splice(0)) await sink.close();
    });

    test('hands an event over whole, and has done so when it says so', async () => {
      const { sink, arrived } = await opened();
      const event = exampleEvent();

      await sink.send(event, AbortSignal.timeout(20_000));

      expect(await arrived()).toEqual([event.data]);
    });

    test('hands over one event after the other, in order', async () => {
      const { sink, arrived } = await opened();

      for (const n of [1, 2, 3]) await sink.send(exampleEvent({ n }), AbortSignal.timeout(20_000));

      expect(await arrived()).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    test('takes several at once', async () => {
      const { sink, arrived } = await opened();

      await Promise.all([1, 2, 3, 4].map((n) => sink.send(exampleEvent({ n }), AbortSignal.timeout(20_000))));

      const numbers = (await arrived()).map((data) => (data as { n: number }).n);
      expect(numbers.sort()).toEqual([1, 2, 3, 4]);
    });

    test('takes an event of no cluster', async () => {
      const { sink, arrived } = await opened();

      await sink.send(exampleEvent({ cluster_name: null }), AbortSignal.timeout(20_000));

      expect(await arrived()).toMatchObject([{ cluster_name: null }]);
    });

    test('finds nothing in the way, and has sent nothing then', async () => {
      const { sink, arrived } = await opened();

      await sink.check(AbortSignal.timeout(20_000));

      expect(await arrived()).toEqual([]);
    });

    test('looks at nothing once it is told to stop', async () => {
      const { sink } = await opened();
      const reason = new Error('stopped by the test');

      await expect(sink.check(AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test('sends nothing once it is told to stop, and says why', async () => {
      const { sink, arrived } = await opened();
      const reason = new Error('stopped by the test');

      await expect(sink.send(exampleEvent(), AbortSignal.abort(reason))).rejects.toBe(reason);

      expect(await arrived()).toEqual([]);
    });

    test('can be closed twice', async () => {
      const { sink } = await opened();
      await sink.send(exampleEvent(), AbortSignal.timeout(20_000));

      await sink.close();
      await sink.close();
    });

    test('has a name without credentials', async () => {
      const { sink } = await opened();

      expect(sink.name).toMatch(/^[a-z]/);
      expect(sink.name).not.toMatch(/password|secret|token/i);
    });
  });
}
