import { accessSync, appendFileSync, constants, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { describe, test } from 'vitest';

/** Debian's package of a program, where it is not named like it. */
const PACKAGES: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  initdb: 'postgresql',
  psql: 'postgresql',
  'redis-cli': 'redis-tools',
  dockerd: 'docker.io',
  'swift-proxy-server': 'swift-proxy',
  'swift-account-server': 'swift-account',
  'swift-container-server': 'swift-container',
  'swift-object-server': 'swift-object',
  ctr: 'containerd',
  kubectl: 'kubernetes-client',
  promtool: 'prometheus',
};

const POSTGRES_HOME = '/usr/lib/postgresql';

/** Where a program lies: on the PATH, among Debian's PostgreSQL versions (newest first), or the absolute path itself. */
export function findProgram(program: string): string | undefined {
  const candidates = isAbsolute(program) ? [program] : searchFolders().map((folder) => join(folder, program));
  return candidates.find(isExecutable);
}

/** Like {@link findProgram}. @throws when it is not there: guard the test with {@link describeReal} */
export function programPath(program: string): string {
  const path = findProgram(program);
  if (path === undefined) throw new Error(`looking for the program ${program}: ${advice(program)}`);
  return path;
}

/** Whether all of these programs (names or absolute paths) are present. */
export function requires(...programs: readonly string[]): boolean {
  return programs.every((program) => findProgram(program) !== undefined);
}

/**
 * `describe` for tests against the real thing.
 *
 * Where a program is absent, the tests are skipped loudly: one line on stderr and in the file that `WINNOW_SKIP_REPORT`
 * names. With `WINNOW_REQUIRE_REAL=1` (CI) an absent program is a failing test instead.
 */
export function describeReal(title: string, needs: readonly string[], tests: () => void): void {
  const absent = needs.filter((program) => !requires(program));
  describeRequired(title, absent.length === 0 ? undefined : absent.map(advice).join('; '), tests);
}

/** As {@link describeReal}, for what is no program. @param absent - what is missing, and what to do about it */
export function describeRequired(title: string, absent: string | undefined, tests: () => void): void {
  if (absent === undefined || process.env['WINNOW_REQUIRE_REAL'] !== '1') {
    describeWhereHad(title, absent, tests);
    return;
  }
  describe(title, () => {
    test('has what it needs', () => {
      throw new Error(absent);
    });
  });
}

/** As {@link describeReal}, for what no package of this release brings: absent, it is skipped loudly, in CI as well. */
export function describeWhereHad(title: string, absent: string | undefined, tests: () => void): void {
  if (absent === undefined) {
    describe(title, tests);
    return;
  }
  sayLoudly(`SKIPPED: ${title}: ${absent}`);
  describe.skip(title, tests);
}

function advice(program: string): string {
  return `${program} is not installed (Debian: apt-get install ${PACKAGES[program] ?? program})`;
}

function sayLoudly(line: string): void {
  process.stderr.write(`${line}\n`);
  const report = process.env['WINNOW_SKIP_REPORT'];
  if (report !== undefined && report !== '') appendFileSync(report, `${line}\n`);
}

function searchFolders(): readonly string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...path, '/usr/sbin', '/sbin', ...postgresFolders()];
}

function postgresFolders(): readonly string[] {
  try {
    const versions = readdirSync(POSTGRES_HOME).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(POSTGRES_HOME, version, 'bin'));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not ours to run: both mean that the tests can't use it
  }
}
