import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { newPerformer, type Performer } from './perform.ts';
import { disk } from './quick-read.ts';
import type { FromWalker, ToWalker } from './reading-threads.ts';
import { startWatch } from './waiting.ts';

/** A thread that reads: `reading-threads.ts` starts it, and asks. The build makes a file of its own of it. */
const place = workerData as DiskPlace;
/** One for each piece of work that is under way. */
const performers = new Map<number, Performer>();

parentPort?.on('message', (message: ToWalker) => {
  if ('over' in message) return void performers.delete(message.crew);
  const performer = performers.get(message.crew) ?? newPerformer(place);
  performers.set(message.crew, performer);
  if ('learn' in message) return performer.learn(message.learn);
  const watch = startWatch();
  disk.calls = 0;
  const answer = answerTo(performer, message);
  parentPort?.postMessage({ ...answer, waitedMs: watch(), calls: disk.calls } satisfies FromWalker);
});

function answerTo(performer: Performer, { task, ask }: Extract<ToWalker, { readonly task: unknown }>) {
  try {
    return { answer: performer.perform(task, ask) };
  } catch (failure) {
    if (!(failure instanceof CodedError)) throw failure;
    // Errors that are sent to another thread lose their class.
    return { failure: { code: failure.code, message: failure.message, hint: failure.hint } };
  }
}
