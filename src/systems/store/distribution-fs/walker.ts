import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import type { FromWalker, ToWalker } from './crew.ts';
import { newPerformer } from './perform.ts';
import { disk } from './quick-read.ts';
import { startWatch } from './waiting.ts';

/** A thread that reads: `crew.ts` starts it, and asks. The build makes a file of its own of it. */
const performer = newPerformer(workerData as DiskPlace);

parentPort?.on('message', (message: ToWalker) => {
  if ('learn' in message) return performer.learn(message.learn);
  const watch = startWatch();
  disk.calls = 0;
  const answer = answerTo(message);
  parentPort?.postMessage({ ...answer, waitedMs: watch(), calls: disk.calls } satisfies FromWalker);
});

function answerTo(message: Extract<ToWalker, { readonly task: unknown }>) {
  try {
    return { answer: performer.perform(message.task, message.ask) };
  } catch (failure) {
    if (!(failure instanceof CodedError)) throw failure;
    // Errors that are sent to another thread lose their class.
    return { failure: { code: failure.code, message: failure.message, hint: failure.hint } };
  }
}
