import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { playDemo } from '../demo/play-demo.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

interface DemoFlags {
  readonly keep?: string;
  readonly serve?: string | true;
}

export async function demo(terminal: Terminal, { keep, serve }: DemoFlags): Promise<ExitCode> {
  if (serve === undefined) {
    await playDemo(terminal, keep);
    return exitCodes.done;
  }
  const port = serve === true ? undefined : portIn(serve);
  await (await import('../demo/serve-demo.ts')).serveDemo(terminal, { keep, port });
  return exitCodes.done;
}

function portIn(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new CodedError<CliErrorCode>('USAGE_INVALID', `reading the command line: --serve ${text} is not a port`, {
    hint: cliErrors.USAGE_INVALID.hint,
  });
}
