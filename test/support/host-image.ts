import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { programPath } from './requirements.ts';

/**
 * Fills a folder with the file system of an image that has Node, made of this machine's own: where no registry can be reached, it
 * stands for the images that a Containerfile begins from.
 *
 * @param withNpm - also npm, a shell and what npm needs to reach its registry
 */
export function fillNodeRoot(root: string, { withNpm }: { readonly withNpm: boolean }): void {
  for (const folder of ['usr/bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'run'])
    mkdirSync(join(root, folder), { recursive: true });
  symlinkSync('usr/bin', join(root, 'bin'));
  copyFileSync(realpathSync(process.execPath), join(root, 'usr/bin/node'));
  for (const linked of [process.execPath, ...nativePackages()]) putLibraries(root, linked);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  if (!withNpm) return;
  const busybox = programPath('/bin/busybox');
  copyFileSync(busybox, join(root, 'usr/bin/busybox'));
  for (const applet of ['sh', 'env', 'mkdir', 'cp', 'rm', 'ls', 'uname'])
    symlinkSync('busybox', join(root, 'usr/bin', applet));
  const npm = dirname(dirname(realpathSync(programPath('npm'))));
  cpSync(npm, join(root, 'usr/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'));
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(authorities)) {
    mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
    copyFileSync(authorities, join(root, authorities));
  }
}

/** Node's own images have a whole C library, of which Node needs a part and our native packages another. */
function nativePackages(): readonly string[] {
  const folder = join('node_modules', '@libsql');
  const isGlibc = (name: string) => name.endsWith('-gnu');
  return readdirSync(folder)
    .filter(isGlibc)
    .map((name) => join(folder, name, 'index.node'));
}

/** The libraries that a program is linked against, each at the path where it is looked for. */
function putLibraries(root: string, program: string): void {
  const linked = execFileSync(programPath('ldd'), [program], { encoding: 'utf8' });
  for (const [, library = ''] of linked.matchAll(/(\/\S+) \(0x/g)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    writeFileSync(join(root, library), readFileSync(realpathSync(library)), { mode: 0o755 });
  }
}
