import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { repositoryRoot } from '../measure/fresh-process.ts';
import { median } from '../measure/median.ts';
import { type Section, seconds } from '../measure/section.ts';

const exec = promisify(execFile);

/** Written by the process itself when it ends: its own time on the processors, in ms. */
const TELL_CPU = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(2, \`cpu \${(user + system) / 1000}\\n\`);
});`;

/** How long the command takes until its first words, beside Node doing nothing. The built command, as users get it. */
export async function measureColdStart(rounds: number): Promise<Section> {
  const winnow = await buildWinnow();
  const commands: Readonly<Record<string, readonly string[]>> = {
    'node -e 0': ['-e', '0'],
    'winnow --help': [winnow, '--help'],
    'winnow reconcile --help': [winnow, 'reconcile', '--help'],
    'winnow --version': [winnow, '--version'],
  };
  const preload = join(makeTempFolder('bench-preload'), 'tell-cpu.cjs');
  writeFileSync(preload, TELL_CPU);
  const samples = new Map(Object.keys(commands).map((name) => [name, [] as { wallMs: number; cpuMs: number }[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, args] of Object.entries(commands)) {
      const began = performance.now();
      const { stderr } = await exec(process.execPath, ['--require', preload, ...args]);
      const wallMs = performance.now() - began;
      samples.get(name)?.push({ wallMs, cpuMs: Number(/cpu ([\d.]+)/.exec(stderr)?.[1]) });
    }
  return {
    title: `Cold start (medians of ${rounds})`,
    columns: ['command', 'wall', 'fastest', 'CPU'],
    rows: [...samples].map(([name, all]) => [
      name,
      seconds(median(all.map(({ wallMs }) => wallMs))),
      seconds(Math.min(...all.map(({ wallMs }) => wallMs))),
      seconds(median(all.map(({ cpuMs }) => cpuMs))),
    ]),
    notes: [],
    data: Object.fromEntries(samples),
  };
}

/** Into a folder of its own: `dist/` may be old. The folder lies where Node finds the packages. */
async function buildWinnow(): Promise<string> {
  const root = repositoryRoot();
  const folder = makeTempFolder('bench-build', join(root, 'node_modules', '.cache'));
  await exec(process.execPath, [join(root, 'scripts', 'build.mjs'), folder]);
  return join(folder, 'winnow.js');
}
