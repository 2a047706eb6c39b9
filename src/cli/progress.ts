import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** One line that counts: drawn over itself on a terminal, told to a program that asks for it, and elsewhere silent. */
export interface Progress {
  /** `done` of `total`; without a total it only counts. */
  update(done: number, words: string, total?: number): void;
  stop(): void;
}

/** Between two lines that tell a program: four a second. */
const TOLD_EVERY_MS = 250;

export function startProgress(terminal: Terminal, title: string): Progress {
  switch (terminal.progress) {
    case 'drawn':
      return drawn(title);
    case 'told':
      return told(terminal, title);
    case 'none':
      return { update: () => undefined, stop: () => undefined };
  }
}

function drawn(title: string): Progress {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: (_options, { value, total }, { words }) => `${title}: ${total > 1 ? `${value}/${total} ` : ''}${words}`,
    clearOnComplete: true,
    hideCursor: true,
    fps: 8,
  });
  bar.start(1, 0, { words: '' });
  return {
    update: (done, words, total) => {
      if (total !== undefined) bar.setTotal(total);
      bar.update(done, { words });
    },
    stop: () => bar.stop(),
  };
}

/** The first and the last state are always told. */
function told({ say, nowMs }: Terminal, title: string): Progress {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let untold: string | undefined;
  const tell = (line: string) => {
    say(line);
    toldAtMs = nowMs();
    untold = undefined;
  };
  return {
    update: (done, words, total) => {
      const progress = { title, done, ...(total !== undefined && { total }), words };
      const line = JSON.stringify({ progress });
      if (nowMs() - toldAtMs >= TOLD_EVERY_MS) tell(line);
      else untold = line;
    },
    stop: () => {
      if (untold !== undefined) tell(untold);
    },
  };
}
