import { execFile, spawnSync } from 'node:child_process';
import { chownSync, cpSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from './markdown.ts';
import { programPath } from './requirements.ts';
import { builtCli, type CliResult } from './run-cli.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A user to whom nothing belongs. */
export const NOBODY = 65534;

export interface AsNobody {
  /** Its HOME and working folder, which is made its own. */
  readonly home: string;
  /** The one group that it is in. Default: nobody's. */
  readonly gid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built command as {@link NOBODY}, without capabilities; where the tests do not run as root, as their own user. */
export async function runCliAsNobody(
  args: readonly string[],
  { home, gid = NOBODY, env: more = {} }: AsNobody,
): Promise<Pick<CliResult, 'code' | 'stdout' | 'stderr'>> {
  const command = [process.execPath, cliForAll(), ...args];
  const env = { PATH: process.env['PATH'], HOME: home, TZ: 'UTC', ...more };
  const who = ['--reuid', `${NOBODY}`, '--regid', `${gid}`, '--clear-groups', '--no-new-privs'];
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(home, NOBODY, gid);
  const [program = '', ...rest] = isRoot
    ? [programPath('setpriv'), ...who, '--bounding-set=-all', '--inh-caps=-all', ...command]
    : command;
  return await new Promise((resolve) => {
    execFile(program, rest, { env, cwd: home }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

let copied: string | undefined;

/** The built command where anybody can read it: a checkout may be its owner's alone. */
function cliForAll(): string {
  if (copied !== undefined) return copied;
  const folder = makeTempFolder('for-all');
  const built = builtCli();
  cpSync(dirname(built), join(folder, 'winnow'), { recursive: true });
  // What a bundle can't hold: see scripts/build.mjs.
  for (const name of ['libsql', '@libsql', '@neon-rs', 'detect-libc'])
    cpSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  spawnSync('chmod', ['-R', 'a+rX', folder]);
  copied = join(folder, 'winnow', basename(built));
  return copied;
}
