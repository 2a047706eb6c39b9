import { expect, test } from 'vitest';
import { eventSinkContract, exampleEvent } from '../contract.suite.ts';
import { memoryEvents } from './memory-events.ts';

eventSinkContract('memory', async () => {
  const sink = memoryEvents();
  return { sink, arrived: async () => sink.sent.map(({ data }) => data) };
});

test('memory can be told to fail', async () => {
  const sink = memoryEvents({ failing: true });

  await expect(sink.send(exampleEvent(), AbortSignal.timeout(1000))).rejects.toMatchObject({
    code: 'EVENTS_UNAVAILABLE',
  });
  expect(sink.sent).toEqual([]);
});
