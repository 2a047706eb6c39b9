import cliProgress from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** One line that counts, drawn over itself on a terminal; elsewhere silent but for the end. */
export interface Progress {
  /** `done` of `total`; without a total it only counts. */
  update(done: number, words: string, total?: number): void;
  stop(): void;
}

export function startProgress(terminal: Terminal, title: string): Progress {
  if (!terminal.drawsProgress) return { update: () => undefined, stop: () => undefined };
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
