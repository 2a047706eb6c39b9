import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startRegistryServer } from '../../demo/registry-server/start-registry-server.ts';
import { buildWorld } from '../../demo/world/build-world.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { settingsText } from './demo-settings.ts';

/** Plays the whole story on a made-up world, with the commands that a user would type; each runs as a process of its own. */
export async function playDemo(terminal: Terminal, keep: string | undefined): Promise<void> {
  const home = keep === undefined ? await mkdtemp(join(tmpdir(), 'winnow-demo-')) : resolve(keep);
  await mkdir(home, { recursive: true });
  const { bold, dim } = terminal.paint;
  const folder = join(home, 'registry');
  const world = await buildWorld({
    folder,
    databasePath: join(home, 'changes.db'),
    seed: 'winnow',
    now: new Date(terminal.nowMs()),
    signal: terminal.signal,
  });
  const tags = world.tags.length;
  const manifests = world.repositories.reduce((sum, one) => sum + one.manifests, 0);
  const server = await startRegistryServer({ folder });
  try {
    await writeFile(join(home, 'winnow.yaml'), settingsText(server.url));
    await terminal.print([
      bold('Winnow, on a made-up registry'),
      `${tags} tags on ${manifests} manifests in ${world.repositories.length} repositories (${formatBytes(world.store.sizeBytes)}), ${world.records} records in SQLite,`,
      `served at ${server.url} from ${folder}`,
    ]);
    const play = async (title: string, ...args: readonly string[]) => {
      await terminal.print(['', bold(title), dim(`$ winnow ${args.map(quoted).join(' ')}`)]);
      await run(terminal, home, args);
    };
    const gone = world.tags.find(({ because, onlyByTag }) => because === 'inactive-record' && !onlyByTag);
    const shared = world.tags.find(({ because }) => because === 'follows-subject');
    await play('1. Can it work?', 'doctor');
    await play('2. Who holds how much?', 'du');
    await play('3. What would go, and why? Nothing is deleted yet.', 'reconcile', '--plan-out', 'plan.jsonl');
    if (gone !== undefined) await play('4. Why does this one go …', 'explain', `${gone.repository}:${gone.tag}`);
    if (shared !== undefined)
      await play('   … and why does this one stay?', 'explain', `${shared.repository}:${shared.tag}`);
    await play('5. Do exactly what the plan says', 'apply', 'plan.jsonl', '--confirm');
    await play('6. What is held now?', 'du');
    await play('7. A mistake? Take it all back, byte for byte', 'undo', 'last');
    await play('   … and it is as it was', 'du');
    await terminal.print(['', ...farewell(keep === undefined ? undefined : home)]);
  } finally {
    await server.close();
    if (keep === undefined) await rm(home, { recursive: true, force: true });
  }
}

function farewell(kept: string | undefined): readonly string[] {
  return [
    'Now on your own registry (nothing is deleted without --confirm):',
    '  winnow doctor    --registry registry.example:5000',
    "  winnow reconcile --registry registry.example:5000 --records file:records.csv --transient 'ci/*'",
    ...(kept === undefined ? [] : [`The demo's folder is still there: ${kept} (remove it when you like)`]),
  ];
}

/** Runs this same program; its words go straight to ours. The story goes on whatever it finds, but not where it can't work. */
function run(terminal: Terminal, home: string, args: readonly string[]): Promise<void> {
  const program = process.argv[1] ?? '';
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: home,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: terminal.env,
    });
    child.once('error', failed);
    child.once('exit', (code, signal) => {
      const isBroken = code === null || code === exitCodes.failed || code === exitCodes.usage;
      if (!isBroken) return done();
      const message = `playing \`winnow ${args.join(' ')}\`: it ended with ${code ?? signal}`;
      failed(new CodedError<CliErrorCode>('DEMO_STEP_FAILED', message, { hint: cliErrors.DEMO_STEP_FAILED.hint }));
    });
  });
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`;
}
