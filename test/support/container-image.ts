import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fillNodeRoot } from './host-image.ts';
import { programPath } from './requirements.ts';

/** buildah with a storage of its own, and what it trusts. */
export interface Buildah {
  /** @throws with all that it said */
  run(...args: readonly string[]): string;
  /** A policy by which any image is good. */
  readonly policy: string;
}

export function openBuildah(folder: string): Buildah {
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'runroot'), '--storage-driver', 'vfs'];
  const run = (...args: readonly string[]) => {
    try {
      return execFileSync(programPath('buildah'), [...own, ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    } catch (failure) {
      const { stdout = '', stderr = '' } = failure as { readonly stdout?: string; readonly stderr?: string };
      throw new Error(`buildah ${args[0]}: ${stdout}\n${stderr}`);
    }
  };
  return { run, policy };
}

/** Builds the image of the Containerfile. No registry of images is needed: what it begins from is made of this machine's own Node. */
export function buildWinnowImage(buildah: Buildah, folder: string, tag: string, version: string): void {
  makeBase(buildah, folder, 'build', true);
  makeBase(buildah, folder, 'base', false);
  buildah.run(
    ...['build', '--isolation', 'chroot', '--layers=false', '--signature-policy', buildah.policy, '--pull-never'],
    ...['--build-arg', 'BUILD=localhost/build', '--build-arg', 'BASE=localhost/base'],
    ...['--build-arg', `VERSION=${version}`],
    ...npmOfThisMachine(),
    ...['--tag', tag, '--file', 'Containerfile', '.'],
  );
}

function makeBase(buildah: Buildah, folder: string, name: string, withNpm: boolean): void {
  const root = join(folder, name);
  mkdirSync(root);
  fillNodeRoot(root, { withNpm });
  const container = buildah.run('from', 'scratch');
  buildah.run('copy', '--quiet', container, root, '/');
  // An authority that Node trusts here besides those that it knows: npm may come to its registry by way of it.
  const authority = process.env['NODE_EXTRA_CA_CERTS'];
  if (withNpm && authority !== undefined && existsSync(authority)) {
    buildah.run('copy', '--quiet', container, authority, '/etc/extra-authority.pem');
    buildah.run('config', '--env', 'NODE_EXTRA_CA_CERTS=/etc/extra-authority.pem', container);
  }
  buildah.run('commit', '--quiet', '--rm', '--signature-policy', buildah.policy, container, `localhost/${name}`);
}

/** npm's own settings of this machine, for the build alone: which registry there is, and what it has in its cache. */
function npmOfThisMachine(): readonly string[] {
  const settings = join(homedir(), '.npmrc');
  const cache = join(homedir(), '.npm');
  return [
    ...(existsSync(settings) ? ['--volume', `${settings}:/root/.npmrc:ro`] : []),
    ...(existsSync(cache) ? ['--volume', `${cache}:/root/.npm:rw`] : []),
  ];
}
