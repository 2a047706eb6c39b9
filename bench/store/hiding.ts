import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Digest, hexOf } from '../../src/oci/digest.ts';
import { blobPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import { sha256Hex } from '../../src/util/pure/hash.ts';
import { programPath, requires } from '../../test/support/requirements.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { inFreshProcess, repositoryRoot } from '../measure/fresh-process.ts';
import { measuredCommand } from '../measure/measured-command.ts';
import { median } from '../measure/median.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import type { HideOrder, HideReport } from './hide-child.ts';
import type { StoreOptions } from './options.ts';

const SIZE_BYTES = 64;

/**
 * Hides every blob of a store that nobody needs, in turn with a bare loop of renames in C over the same files, which are moved back after
 * each. What is compared is the doing alone; the looks before and after it are told beside.
 */
export async function measureHiding(blobs: number, options: Pick<StoreOptions, 'stores' | 'rounds'>): Promise<Section> {
  if (!requires('gcc'))
    throw new Error('hiding is measured beside a program in C: install gcc, or leave it out with --only');
  const renames = compiled();
  const digests = Array.from({ length: blobs }, (_, n): Digest => `sha256:${sha256Hex(`hidden ${n}`)}`).sort();
  const dir = madeBlobs(join(options.stores, `hiding-${blobs}`), digests);
  const data = join(storeRoot(dir), 'blobs', 'sha256');
  const move = async (way: 'out' | 'back', quarantine: string) => {
    execFileSync('sync');
    const said = await measuredCommand([renames, way, data, quarantine]);
    if (Number(said.stdout) !== blobs) throw new Error(`${Number(said.stdout)} of ${blobs} blobs were moved ${way}`);
    return said;
  };

  const made = `${dir}.json`;
  rmSync(made); // what is left behind by a benchmark that fails is not used again
  const loops: { readonly wallMs: number; readonly cpuMs: number }[] = [];
  const runs: HideReport[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const aside = join(dir, 'aside');
    loops.push(await move('out', aside));
    await move('back', aside);
    rmSync(aside, { recursive: true });

    execFileSync('sync');
    const order: HideOrder = {
      dir,
      stateDir: makeTempFolder('bench-state'),
      runId: 'hide',
      digests,
      sizeBytes: SIZE_BYTES,
    };
    const report = await inFreshProcess<HideReport>('bench/store/hide-child.ts', orderFile(order));
    if (report.done !== blobs) throw new Error(`${report.done} of ${blobs} blobs were hidden`);
    runs.push(report);
    await move('back', join(dir, '.winnow', 'quarantine', 'hide', 'sha256'));
    rmSync(join(dir, '.winnow'), { recursive: true });
  }
  writeFileSync(made, JSON.stringify({ blobs }));
  return section(blobs, loops, runs);
}

/** A hundred thousand digests are too long for a command line. */
function orderFile(order: HideOrder): { readonly path: string } {
  const path = join(order.stateDir, 'order.json');
  writeFileSync(path, JSON.stringify(order));
  return { path };
}

function compiled(): string {
  const program = join(repositoryRoot(), 'bench-results', 'renames');
  mkdirSync(dirname(program), { recursive: true });
  execFileSync(programPath('gcc'), ['-O2', '-o', program, join(repositoryRoot(), 'bench/store/renames.c')]);
  return program;
}

/** @returns the registry's root directory, made where it is not there yet */
function madeBlobs(dir: string, digests: readonly Digest[]): string {
  const made = `${dir}.json`;
  if (existsSync(made)) return dir;
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(storeRoot(dir), 'repositories'), { recursive: true });
  for (const digest of digests) {
    const path = blobPath(storeRoot(dir), digest);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, hexOf(digest));
  }
  writeFileSync(made, JSON.stringify({ blobs: digests.length }));
  return dir;
}

function section(
  blobs: number,
  loops: readonly { readonly wallMs: number; readonly cpuMs: number }[],
  runs: readonly HideReport[],
): Section {
  const loopMs = median(loops.map(({ wallMs }) => wallMs));
  const doingMs = median(runs.map(({ doing }) => doing.wallMs));
  const allMs = median(runs.map(({ all }) => all.wallMs));
  const mid = (of: (run: HideReport) => number) => median(runs.map(of));
  const times = (ms: number) => `${(ms / loopMs).toFixed(1)}×`;
  return {
    title: `Hiding ${blobs} blobs`,
    columns: ['who', 'wall', 'CPU', 'peak memory', 'times the loop, wall'],
    rows: [
      ['a bare loop of renames in C', seconds(loopMs), seconds(median(loops.map(({ cpuMs }) => cpuMs))), '', '1.0×'],
      [
        'Winnow: checks, journal, renames',
        seconds(doingMs),
        seconds(mid(({ doing }) => doing.cpuMs)),
        mebibytes(mid((run) => run.peakBytes)),
        times(doingMs),
      ],
      [
        'Winnow: the run, with the looks before and after',
        seconds(allMs),
        seconds(mid(({ all }) => all.cpuMs)),
        '',
        times(allMs),
      ],
    ],
    notes: [
      `of the doing, ${seconds(mid(({ hideMs }) => hideMs))} in moving, ${seconds(mid(({ journalMs }) => journalMs))} waited for the journal, all that waited added up`,
    ],
    data: { loops, runs },
  };
}
