import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeRoot } from '../../src/oci/distribution-layout.ts';
import { programPath, requires } from '../../test/support/requirements.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { repositoryRoot } from '../measure/fresh-process.ts';
import type { MeasuredCommand } from '../measure/measured-command.ts';
import type { MadeStore } from './write-store.ts';

export type Mode = 'keep' | 'delete-untagged';

/** One who answers the question which blobs could go, and how his answer is read. */
export interface Contender {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** How many blobs would go. `undefined`: it does not answer that, or answers it otherwise by its own rules. */
  readonly answer?: (said: MeasuredCommand) => number;
}

/** Winnow as it is installed: `npm run build` first. */
export function winnow(store: MadeStore, mode: Mode, stateDir: string): Contender {
  const flags = [
    '--store',
    `distribution-fs:${store.dir}`,
    '--min-blob-age',
    '0s',
    '--max-delete-ratio',
    '1',
    '-o',
    'json',
  ];
  const untagged = mode === 'delete-untagged' ? ['--delete-untagged'] : [];
  return {
    name: 'Winnow',
    command: [
      process.execPath,
      join(repositoryRoot(), 'dist/winnow.js'),
      ...['hard-prune', ...flags, ...untagged, '--state-dir', stateDir],
    ],
    answer: ({ stdout }) =>
      (JSON.parse(stdout) as { actions: { do: string }[] }).actions.filter((one) => one.do === 'unlink-blob').length,
  };
}

/** The registry's own collector. With `-m` its answer is by its own rules: it takes what indexes and signatures need. */
export function registrysOwn(store: MadeStore, mode: Mode): Contender | undefined {
  if (!requires('docker-registry')) return undefined;
  const file = join(makeTempFolder('bench-gc'), 'config.yml');
  writeFileSync(
    file,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${store.dir}\n  delete:\n    enabled: true\n`,
  );
  const untagged = mode === 'delete-untagged' ? ['--delete-untagged'] : [];
  return {
    name: 'docker-registry',
    command: [programPath('docker-registry'), 'garbage-collect', '--dry-run', ...untagged, file],
    ...(mode === 'keep' ? { answer: ({ stdout }) => Number(/marked, (\d+) blobs/.exec(stdout)?.[1]) } : {}),
  };
}

/** The least that the disk has to be asked: a program in C. @param threads - that read at once */
export function floor(store: MadeStore, threads: number): Contender | undefined {
  if (!requires('gcc')) return undefined;
  const folder = join(repositoryRoot(), 'bench-results');
  const program = join(folder, 'floor');
  mkdirSync(folder, { recursive: true });
  const source = join(repositoryRoot(), 'bench/store/floor.c');
  execFileSync(programPath('gcc'), ['-O2', '-pthread', '-o', program, source]);
  return { name: `floor in C, ${threads} threads`, command: [program, storeRoot(store.dir), `${threads}`] };
}
