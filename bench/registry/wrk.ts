import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../../src/demo/world/world.ts';
import { acceptManifests } from '../../src/oci/media-type.ts';
import { programPath } from '../../test/support/requirements.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { onCores } from '../measure/cores.ts';
import { repositoryRoot } from '../measure/fresh-process.ts';

const exec = promisify(execFile);

export interface WrkLoad {
  readonly url: string;
  /** {@link writePathsFile}. */
  readonly pathsFile: string;
  readonly connections: number;
  readonly seconds: number;
  /** Where wrk may run, as `taskset` has it. */
  readonly cores?: string;
}

export interface WrkRate {
  readonly answers: number;
  readonly perSecond: number;
}

/**
 * Answers a second that wrk gets for the manifests of all tags, by GET with the headers that Winnow sends: a client in C that
 * does nothing with the answers, so the most that this server has to give. HEAD can't be had from it: it waits for the body that
 * `Content-Length` speaks of.
 *
 * @throws when an answer was no success
 */
export async function wrkRate(load: WrkLoad): Promise<WrkRate> {
  const { url, pathsFile, connections, seconds, cores } = load;
  const script = join(repositoryRoot(), 'bench/registry/wrk.lua');
  const flags = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`, '--script', script];
  const [command, ...args] = onCores(cores, [programPath('wrk'), ...flags, url, '--', pathsFile, acceptManifests]);
  const { stdout } = await exec(command, args);
  const { answers, us, failed } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}');
  if (failed !== 0 || answers === 0) throw new Error(`wrk at ${url}: ${failed} of ${answers} answers were failures`);
  return { answers, perSecond: (answers / us) * 1e6 };
}

/** The paths of all tags' manifests, one a line. @returns the file's path; it is gone with the process */
export function writePathsFile({ repositories }: World): string {
  const file = join(makeTempFolder('bench-paths'), 'paths');
  const paths = repositories.flatMap(({ name, tags }) => tags.map((tag) => `/v2/${name}/manifests/${tag.name}`));
  writeFileSync(file, `${paths.join('\n')}\n`);
  return file;
}
