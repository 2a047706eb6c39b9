import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { eventSinkContract, exampleEvent } from '../contract.suite.ts';
import { stdoutEvents } from './stdout-events.ts';

eventSinkContract('standard output', async () => {
  const stream = new PassThrough();
  return {
    sink: stdoutEvents(stream),
    arrived: async () => {
      const text = String(stream.read() ?? '');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    },
  };
});

test('an event is one line, whatever is in it', async () => {
  const stream = new PassThrough();

  await stdoutEvents(stream).send(exampleEvent({ note: 'a\nb\r\u2028c' }), AbortSignal.timeout(1000));

  expect(String(stream.read())).toMatch(/^[^\n]+\n$/);
});

test('a reader that went away is an error that can be reported, and ends nothing', async () => {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  const sink = stdoutEvents(stream);

  await expect(sink.send(exampleEvent(), AbortSignal.timeout(1000))).rejects.toMatchObject({
    code: 'EVENTS_NOT_WRITABLE',
    message: 'writing an event to standard output: write EPIPE',
  });
  await expect(sink.send(exampleEvent(), AbortSignal.timeout(1000))).rejects.toMatchObject({
    code: 'EVENTS_NOT_WRITABLE',
  });
});
