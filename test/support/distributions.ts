import { spawnSync } from 'node:child_process';
import { describeReal, describeWhereHad, programPath, requires } from './requirements.ts';

/** A server, and its collector: the program `registry` of CNCF Distribution. */
export interface Distribution {
  readonly major: 2 | 3;
  /** As it says itself: `v3.0.0`. */
  readonly version: string;
  /** Its path. @throws when it is not there */
  program(): string;
}

export const debiansDistribution: Distribution = {
  major: 2,
  version: 'v2.8',
  program: () => programPath('docker-registry'),
};

const VARIABLE = 'WINNOW_DISTRIBUTION_3';

/**
 * `describe` for tests that hold for every Distribution: with Debian's, as {@link describeReal} does, and with a version 3 where
 * `WINNOW_DISTRIBUTION_3` names one.
 */
export function describeDistributions(
  title: string,
  needs: readonly string[],
  tests: (distribution: Distribution) => void,
): void {
  describeReal(`${title} 2.8`, ['docker-registry', ...needs], () => tests(debiansDistribution));
  describeDistribution3(`${title} 3`, needs, tests);
}

/** `describe` for tests of version 3 alone. No Debian has it, so that it is skipped loudly wherever nobody named one. */
export function describeDistribution3(
  title: string,
  needs: readonly string[],
  tests: (distribution: Distribution) => void,
): void {
  const found = findDistribution3();
  const missing = needs.filter((program) => !requires(program));
  const absent = 'absent' in found ? found.absent : missing.length > 0 ? `no ${missing.join(', ')}` : undefined;
  describeWhereHad(title, absent, () => tests('absent' in found ? debiansDistribution : found));
}

/** @throws when what the variable names is no Distribution 3: who named one wants it tested */
function findDistribution3(): Distribution | { readonly absent: string } {
  const path = process.env[VARIABLE] ?? '';
  if (path === '') return { absent: `${VARIABLE} names no program \`registry\` of Distribution 3` };
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8', env: {} });
  const version = /\bdistribution\/v3 (v3\.\S+)/.exec(stdout ?? '')?.[1];
  if (version === undefined) throw new Error(`${VARIABLE}=${path} is no Distribution 3: ${error?.message ?? stdout}`);
  return { major: 3, version, program: () => path };
}
