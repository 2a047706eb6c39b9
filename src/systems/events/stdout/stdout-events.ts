import type { Writable } from 'node:stream';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { EventSink } from '../contract.ts';
import { eventsError } from '../errors.ts';

/**
 * One line of JSON an event, the event without its envelope, as log collectors like it.
 *
 * @param stream - the process's standard output, which is not ours to close.
 */
export function stdoutEvents(stream: Writable = process.stdout): EventSink {
  return {
    name: 'stdout',
    check: async (signal) => signal.throwIfAborted(),
    async send(event, signal) {
      signal.throwIfAborted();
      await writeLine(stream, `${JSON.stringify(event.data)}\n`);
    },
    close: async () => {},
  };
}

/** Resolves when the line was taken by whoever reads. A reader that went away is an error here, not one that ends the process. */
function writeLine(stream: Writable, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(
        eventsError('EVENTS_NOT_WRITABLE', `writing an event to standard output: ${messageOf(error)}`, {
          cause: error,
        }),
      );
    stream.once('error', fail);
    stream.write(line, (error) => {
      if (error !== null && error !== undefined) {
        fail(error); // the stream reports the same error as an event, directly after this
        return;
      }
      stream.removeListener('error', fail);
      resolve();
    });
  });
}
