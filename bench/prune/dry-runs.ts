import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { inFreshProcess, repositoryRoot } from '../measure/fresh-process.ts';
import { measuredCommand } from '../measure/measured-command.ts';
import { median } from '../measure/median.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import { type Answer, answerOf, readDocument } from './answers.ts';
import { childDigests } from './cluster-model.ts';
import type { PruneOptions } from './options.ts';
import { madeCluster } from './write-cluster.ts';

interface Sample {
  readonly answer: Answer;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** A dry run on saved objects, and a straightforward program beside it. Answers that differ end the benchmark. */
export async function measureDryRuns(images: number, options: PruneOptions): Promise<Section> {
  const size = { images, streams: Math.ceil(images / 50), pods: Math.ceil(images / 5) };
  const dir = madeCluster(options.clusters, size);
  const ofChildren = childDigests(size);
  const samples: Record<'Winnow' | 'peer', Sample[]> = { Winnow: [], peer: [] };
  for (let round = 0; round < options.rounds; round += 1) {
    samples.Winnow.push(await winnow(dir, ofChildren));
    if (options.peer) samples.peer.push(await inFreshProcess('bench/prune/peer-child.ts', { dir, nowMs: Date.now() }));
    const [one, other] = [samples.Winnow.at(-1), samples.peer.at(-1)];
    if (other !== undefined && JSON.stringify(one?.answer) !== JSON.stringify(other.answer))
      throw new Error(`the answers differ: ${JSON.stringify(one?.answer)} and ${JSON.stringify(other.answer)}`);
  }
  const answer = samples.Winnow[0]?.answer as Answer;
  const counts = Object.entries(answer).map(([what, { count }]) => `${count} ${what}`);
  const rows = Object.entries(samples).filter(([, of]) => of.length > 0);
  return {
    title: `Dry run of prune images, ${images} Images, ${size.streams} streams, ${size.pods} pods`,
    columns: ['', 'time', 'CPU', 'memory'],
    rows: rows.map(([name, of]) => [
      name === 'peer' ? 'a straightforward program' : name,
      seconds(median(of.map(({ wallMs }) => wallMs))),
      seconds(median(of.map(({ cpuMs }) => cpuMs))),
      mebibytes(median(of.map(({ peakBytes }) => peakBytes))),
    ]),
    notes: [
      `would go: ${counts.join(', ')}; links to what indexes list are Winnow's alone, and not counted`,
      'the other program holds all objects in memory, decides as oc does, and writes no plan',
    ],
    data: { size, samples },
  };
}

/** The built command, from saved objects to the whole document in a file. */
async function winnow(dir: string, ofChildren: ReadonlySet<string>): Promise<Sample> {
  const folder = makeTempFolder('bench-prune');
  const file = join(folder, 'plan.json');
  const program = join(repositoryRoot(), 'dist', 'winnow.js');
  const line = `exec "${process.execPath}" "${program}" prune images --cluster "manifests:${dir}" -o json --state-dir "${folder}" > "${file}"`;
  const { exitCode, stderr, wallMs, cpuMs, peakBytes } = await measuredCommand(['sh', '-c', line]);
  if (exitCode !== 0) throw new Error(`winnow ended with ${exitCode}: ${stderr.slice(-2000)}`);
  const removed = await readDocument(file, (digest) => !ofChildren.has(digest));
  execFileSync('rm', ['-r', folder]);
  return { answer: answerOf(removed), wallMs, cpuMs, peakBytes };
}
