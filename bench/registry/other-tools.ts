import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { requires } from '../../test/support/requirements.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { median } from '../measure/median.ts';
import { type Section, seconds } from '../measure/section.ts';
import { countTags, type FilledRegistry } from './filled-registry.ts';

const exec = promisify(execFile);

/** A tool that shows one repository's tags, and one tag's manifest, with one process each. */
interface Tool {
  readonly program: string;
  readonly list: (repository: string) => readonly string[];
  readonly manifest: (reference: string) => readonly string[];
}

const tools: readonly Tool[] = [
  {
    program: 'skopeo',
    list: (repository) => ['list-tags', '--tls-verify=false', `docker://${repository}`],
    manifest: (reference) => ['inspect', '--raw', '--tls-verify=false', `docker://${reference}`],
  },
  {
    program: 'crane',
    list: (repository) => ['ls', '--insecure', repository],
    manifest: (reference) => ['manifest', '--insecure', reference],
  },
];

/** What a script around skopeo or crane would take: both resolve one tag a process, so a sample is timed and multiplied. */
export async function measureOtherTools(filled: FilledRegistry, sampleSize: number, atOnce: number): Promise<Section> {
  const present = tools.filter(({ program }) => requires(program));
  const absent = tools.filter((tool) => !present.includes(tool)).map(({ program }) => `${program} is not installed`);
  const results = [];
  for (const tool of present) results.push(await measureTool(filled, tool, sampleSize, atOnce));
  const tags = countTags(filled.world());
  return {
    title: `The same ${tags} tags with other tools (extrapolated from ${sampleSize} tags, ${atOnce} processes at a time)`,
    columns: ['tool', 'list of one repository', 'tags/s', `all ${tags} tags, extrapolated`],
    rows: results.map(({ program, listMs, tagsPerSecond, allMs }) => [
      program,
      seconds(listMs),
      tagsPerSecond.toFixed(0),
      seconds(allMs),
    ]),
    notes: absent,
    data: { sampleSize, atOnce, tags, results },
  };
}

async function measureTool({ server, world }: FilledRegistry, tool: Tool, sampleSize: number, atOnce: number) {
  const home = makeTempFolder('bench-home');
  const env = { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home };
  const run = (args: readonly string[]) => exec(tool.program, args, { env, timeout: 60_000 });
  const { repositories } = world();
  const listMs: number[] = [];
  for (const { name } of repositories.slice(0, 3)) {
    const began = performance.now();
    await run(tool.list(`${server.host}/${name}`));
    listMs.push(performance.now() - began);
  }
  const sample = repositories
    .flatMap(({ name, tags }) => tags.slice(0, 5).map((tag) => `${server.host}/${name}:${tag.name}`))
    .slice(0, sampleSize);
  const queue = sample.values();
  const began = performance.now();
  const worker = async () => {
    for (const reference of queue) await run(tool.manifest(reference));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const tagsPerSecond = (sample.length / (performance.now() - began)) * 1000;
  const allMs = (countTags(world()) / tagsPerSecond) * 1000 + median(listMs) * repositories.length;
  return { program: tool.program, listMs: median(listMs), tagsPerSecond, allMs };
}
