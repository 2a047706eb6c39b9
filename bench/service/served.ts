import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../measure/fresh-process.ts';
import type { ServerOrder, ServerSaid, ServerWord } from './server-child.ts';

/** A service in a process of its own, with a full history. */
export interface Served {
  readonly url: string;
  readonly fillMs: number;
  /** Saves the large plan once more. @returns how long that took, in ms */
  save(): Promise<number>;
  memory(): Promise<{ readonly rssBytes: number; readonly peakBytes: number }>;
  end(): Promise<void>;
}

export async function serveFilled(order: ServerOrder): Promise<Served> {
  const run = join(repositoryRoot(), 'scripts/run.mjs');
  const child = spawn(process.execPath, ['--expose-gc', run, 'bench/service/server-child.ts', JSON.stringify(order)], {
    cwd: repositoryRoot(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async <Key extends string>(key: Key): Promise<Extract<ServerSaid, Record<Key, number>>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the service under measure ended before it said its ${key}`);
    return JSON.parse(value as string) as Extract<ServerSaid, Record<Key, number>>;
  };
  const word = (one: ServerWord) => child.stdin.write(`${one}\n`);
  const { listening, fillMs } = await said('listening');
  return {
    ...{ url: `http://127.0.0.1:${listening}`, fillMs },
    async save() {
      word('save');
      return (await said('savedMs')).savedMs;
    },
    async memory() {
      word('memory');
      return await said('rssBytes');
    },
    async end() {
      const ended = once(child, 'exit');
      word('end');
      child.stdin.end();
      await ended;
    },
  };
}
