import { join } from 'node:path';
import { atEnd } from './at-end.ts';
import { type Exit, spawnTied } from './child.ts';
import { bundle } from './run-typescript.ts';

/** A process that takes and releases a lease as it is told: `children/hold-lease.ts`. */
export interface LeaseChild {
  /** @returns its answer: `held`, `refused <code> <message>`, `released` */
  ask(what: 'acquire' | 'release'): Promise<string>;
  /** Everything that it said, also unasked. */
  readonly said: readonly string[];
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<Exit>;
  /** Closes its stdin, and waits for the end. */
  endOfInput(): Promise<Exit>;
}

let program: Promise<string> | undefined;

export async function startLeaseChild(
  kind: 'file' | 'postgres' | 'kubernetes',
  place: string,
  ttlMs: number,
): Promise<LeaseChild> {
  program ??= bundle(join(import.meta.dirname, 'children/hold-lease.ts'));
  const child = spawnTied(process.execPath, [await program, kind, place, String(ttlMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  const asked: ((answer: string) => void)[] = [];
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  void exited.then((exit) => {
    for (const answer of asked.splice(0)) answer(`ended ${JSON.stringify(exit)}`);
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').slice(0, -1)) {
      said.push(line);
      if (line !== 'lost') asked.shift()?.(line);
    }
  });
  const kill = (): Promise<Exit> => {
    child.kill('SIGKILL');
    return exited;
  };
  atEnd(async () => void (await kill()));
  return {
    ask: (what) =>
      new Promise((resolve) => {
        asked.push(resolve);
        child.stdin?.write(`${what}\n`);
      }),
    said,
    signal: (name) => void child.kill(name),
    kill,
    endOfInput: () => {
      child.stdin?.end();
      return exited;
    },
  };
}
