import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { playDemo } from '../demo/play-demo.ts';
import type { Terminal } from '../terminal.ts';

interface DemoFlags {
  readonly keep?: string;
}

export async function demo(terminal: Terminal, { keep }: DemoFlags): Promise<ExitCode> {
  await playDemo(terminal, keep);
  return exitCodes.done;
}
