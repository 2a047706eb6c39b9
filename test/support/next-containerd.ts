import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Debian release after each. */
const NEXT: Readonly<Record<string, string>> = { bookworm: 'trixie', trixie: 'forky' };

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const SOURCES = '/etc/apt/sources.list';

export type NextContainerd = { readonly binaries: string } | { readonly absent: string };

/**
 * The containerd of the next Debian release, from the mirror that this machine's own sources name: fetched by apt into a root of its own (nothing is
 * installed), unpacked and kept below `node_modules/.cache`. Its runc needs a newer libc; Debian's own serves both.
 */
export function nextContainerd(): NextContainerd {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readText('/etc/os-release'))?.[1] ?? '';
  const next = NEXT[codename];
  if (next === undefined) return { absent: `no release after ${JSON.stringify(codename)} is known` };
  const kept = join(CACHE, `containerd-of-${next}`);
  const binaries = join(kept, 'usr/bin');
  if (existsSync(join(binaries, 'containerd'))) return { binaries };
  const mirror = mirrorOf(codename);
  if (mirror === undefined) return { absent: `no source of ${codename} in ${SOURCES} or ${SOURCES}.d` };
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'apt-'));
  try {
    const failure = fetchInto(work, `deb [signed-by=${mirror.signedBy}] ${mirror.url} ${next} main\n`);
    if (failure !== undefined) return { absent: failure };
    rmSync(kept, { recursive: true, force: true });
    renameSync(join(work, 'unpacked'), kept);
    return { binaries };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns why it can't be had */
function fetchInto(work: string, source: string): string | undefined {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'unpacked'])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, 'sources.list'), source);
  const options = Object.entries({
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const run = (program: string, ...args: readonly string[]) => {
    const { status, stderr, error } = spawnSync(program, args, { cwd: work, encoding: 'utf8', timeout: 120_000 });
    return status === 0 ? undefined : `${program}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  };
  return (
    run('apt-get', ...options, '-qq', 'update') ??
    run('apt-get', ...options, '-qq', 'download', 'containerd') ??
    run('dpkg', '-x', readdirSync(work).find((name) => name.endsWith('.deb')) ?? 'containerd.deb', 'unpacked')
  );
}

/** Where this machine gets its own release from: of `deb … URL bookworm main` or of a paragraph with `URIs` and `Suites`. */
function mirrorOf(codename: string): { readonly url: string; readonly signedBy: string } | undefined {
  const folder = `${SOURCES}.d`;
  const more = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  for (const paragraph of [SOURCES, ...more].flatMap((path) => readText(path).split(/\n\s*\n/))) {
    const signedBy =
      /signed-by[:=]\s*([^\s\]]+)/i.exec(paragraph)?.[1] ?? '/usr/share/keyrings/debian-archive-keyring.gpg';
    const line = new RegExp(`^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+${codename}\\s`, 'm').exec(paragraph)?.[1];
    if (line !== undefined) return { url: line, signedBy };
    const suites = /^Suites:(.*)$/m.exec(paragraph)?.[1]?.split(/\s+/) ?? [];
    const url = /^URIs:\s*(\S+)/m.exec(paragraph)?.[1];
    if (suites.includes(codename) && url !== undefined) return { url, signedBy };
  }
  return undefined;
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
