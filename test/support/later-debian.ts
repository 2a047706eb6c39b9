import { execFile } from 'node:child_process';
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

/** Debian's releases, the older first. */
const RELEASES: readonly string[] = ['bookworm', 'trixie', 'forky'];

export type DebianRelease = 'trixie' | 'forky';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const SOURCES = '/etc/apt/sources.list';

export type LaterPackage = { readonly folder: string } | { readonly absent: string };

/**
 * A package of a later Debian release than this machine's, from the mirror that its own sources name: fetched by apt into a root of its own (nothing
 * is installed), unpacked and kept below `node_modules/.cache`. What it depends on is not fetched: it has to run with what is installed.
 */
export async function laterPackage(release: DebianRelease, name: 'containerd' | 'docker.io'): Promise<LaterPackage> {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(readText('/etc/os-release'))?.[1] ?? '';
  const ours = RELEASES.indexOf(codename);
  if (ours < 0 || ours >= RELEASES.indexOf(release))
    return { absent: `${release} is not known to come after ${JSON.stringify(codename)}` };
  const kept = join(CACHE, `${name}-of-${release}`);
  if (existsSync(kept)) return { folder: kept };
  const mirror = mirrorOf(codename);
  if (mirror === undefined) return { absent: `no source of ${codename} in ${SOURCES} or ${SOURCES}.d` };
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'apt-'));
  try {
    const source = `deb [signed-by=${mirror.signedBy}] ${mirror.url} ${release} main\n`;
    const failure = await fetchInto(work, source, name);
    if (failure !== undefined) return { absent: failure };
    if (!existsSync(kept)) renameSync(join(work, 'unpacked'), kept); // another run may have been quicker
    return { folder: kept };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The folder of a later release's containerd and its shims: they run with an older libc, and with the installed runc. */
export async function laterContainerd(
  release: DebianRelease,
): Promise<{ readonly binaries: string } | { readonly absent: string }> {
  const found = await laterPackage(release, 'containerd');
  if ('absent' in found) return found;
  const binaries = join(found.folder, 'usr/bin');
  const failure = await run(binaries, join(binaries, 'containerd'), '--version');
  return failure === undefined ? { binaries } : { absent: failure };
}

/** @returns why it can't be had */
async function fetchInto(work: string, source: string, name: string): Promise<string | undefined> {
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
  return (
    (await run(work, 'apt-get', ...options, '-qq', 'update')) ??
    (await run(work, 'apt-get', ...options, '-qq', 'download', name)) ??
    (await run(work, 'dpkg', '-x', readdirSync(work).find((one) => one.endsWith('.deb')) ?? `${name}.deb`, 'unpacked'))
  );
}

/** @returns why it failed */
function run(cwd: string, program: string, ...args: readonly string[]): Promise<string | undefined> {
  return new Promise((ended) => {
    execFile(program, args, { cwd, encoding: 'utf8', timeout: 120_000 }, (error, _, stderr) => {
      const why = stderr.trim().split('\n').at(-1) || error?.message;
      ended(error === null ? undefined : `${program}: ${why}`);
    });
  });
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
