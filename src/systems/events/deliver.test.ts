import { describe, expect, test } from 'vitest';
import { exampleEvent } from './contract.suite.ts';
import { deliver } from './deliver.ts';
import { memoryEvents } from './memory/memory-events.ts';

describe('delivering an event to several sinks', () => {
  test('one that fails keeps it from no other, and is named', async () => {
    const first = memoryEvents();
    const failing = memoryEvents({ failing: true });
    const last = memoryEvents();

    const failures = await deliver([first, failing, last], exampleEvent(), AbortSignal.timeout(1000));

    expect(first.sent).toHaveLength(1);
    expect(last.sent).toHaveLength(1);
    expect(failures).toEqual([{ sink: 'memory', error: expect.objectContaining({ code: 'EVENTS_UNAVAILABLE' }) }]);
  });

  test('to none is no failure', async () => {
    expect(await deliver([], exampleEvent(), AbortSignal.timeout(1000))).toEqual([]);
  });
});
