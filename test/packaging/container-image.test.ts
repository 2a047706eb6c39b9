import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fillNodeRoot } from '../support/host-image.ts';
import { ROOT } from '../support/markdown.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/* No registry is needed: what both stages begin from is made of this machine's own Node. */

const TAG = 'localhost/winnow:test';
const folder = makeTempFolder('buildah');
const policy = join(folder, 'policy.json');

/** What the image says of itself. */
interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

let config: ImageConfig;

/** What is said, and how it ended. */
interface Answer {
  readonly code: number;
  readonly text: string;
}

/** Calls buildah with a storage of its own. @throws with all that it said */
function buildah(...args: readonly string[]): string {
  const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'runroot'), '--storage-driver', 'vfs'];
  try {
    return execFileSync(programPath('buildah'), [...own, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
      cwd: ROOT,
    }).trim();
  } catch (failure) {
    const { stdout = '', stderr = '' } = failure as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`buildah ${args[0]}: ${stdout}\n${stderr}`);
  }
}

function makeBase(name: string, withNpm: boolean): void {
  const root = join(folder, name);
  mkdirSync(root);
  fillNodeRoot(root, { withNpm });
  const container = buildah('from', 'scratch');
  buildah('copy', '--quiet', container, root, '/');
  // An authority that Node trusts here besides those that it knows: npm may come to its registry by way of it.
  const authority = process.env['NODE_EXTRA_CA_CERTS'];
  if (withNpm && authority !== undefined && existsSync(authority)) {
    buildah('copy', '--quiet', container, authority, '/etc/extra-authority.pem');
    buildah('config', '--env', 'NODE_EXTRA_CA_CERTS=/etc/extra-authority.pem', container);
  }
  buildah('commit', '--quiet', '--rm', '--signature-policy', policy, container, `localhost/${name}`);
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

/**
 * Runs the image as a cluster would: its own user, entry point and variables, a root that can not be written to, a folder for what is
 * temporary. buildah itself has no word for the read-only root.
 */
function run(args: readonly string[], entry: readonly string[] = config.Entrypoint): Answer {
  const container = buildah('from', '--signature-policy', policy, TAG);
  const root = buildah('mount', container);
  const script = [
    'set -e; root=$1; shift',
    'mount --bind "$root" "$root"; mount -o remount,bind,ro "$root"',
    'mount -t tmpfs tmpfs "$root/tmp"; mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"',
    'exec env -i "$@"',
  ].join('; ');
  const command = [...config.Env, 'chroot', `--userspec=${config.User}`, root, ...entry, ...args];
  const inside = ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'sh', root, ...command];
  const { status, stdout, stderr } = spawnSync(programPath('unshare'), inside, { encoding: 'utf8' });
  buildah('rm', container);
  return { code: status ?? -1, text: `${stdout}${stderr}` };
}

describeReal('the Containerfile', ['buildah', 'npm', 'ldd', 'unshare', 'chroot', '/bin/busybox'], () => {
  beforeAll(() => {
    writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
    makeBase('build', true);
    makeBase('base', false);
    buildah(
      ...['build', '--isolation', 'chroot', '--layers=false', '--signature-policy', policy, '--pull-never'],
      ...['--build-arg', 'BUILD=localhost/build', '--build-arg', 'BASE=localhost/base', '--build-arg', 'VERSION=1.2.3'],
      ...npmOfThisMachine(),
      ...['--tag', TAG, '--file', 'Containerfile', '.'],
    );
    const { OCIv1 } = JSON.parse(buildah('inspect', '--type', 'image', TAG)) as {
      readonly OCIv1: { readonly config: ImageConfig };
    };
    config = OCIv1.config;
  }, 600_000);

  test('builds an image that runs as nobody in particular, with labels', () => {
    expect(config).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['node', '/opt/winnow/winnow.js'],
      Labels: { 'org.opencontainers.image.title': 'winnow', 'org.opencontainers.image.version': '1.2.3' },
    });
  });

  test('puts little on what it begins from', () => {
    const container = buildah('from', '--signature-policy', policy, TAG);
    const place = buildah('mount', container);
    const kilobytes = Number(
      execFileSync('du', ['-sk', join(place, 'opt/winnow')], { encoding: 'utf8' }).split('\t')[0],
    );

    expect(existsSync(join(place, 'src'))).toBe(false);
    expect(kilobytes).toBeLessThan(64 * 1024);
    buildah('rm', container);
  });

  describe('runs without a root to write to', () => {
    test('which it can not write to, nor is it root', () => {
      const program = "console.log(process.getuid()); require('node:fs').writeFileSync('/opt/winnow/x', '')";

      expect(run(['-e', program], ['node']).text).toMatch(/^65532\n[\s\S]*EROFS/);
    });

    test('and says its version', () => {
      expect(run(['--version'])).toMatchObject({ code: 0, text: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    });

    test('and goes through the demo: registry, database, plan, apply and undo', () => {
      const { code, text } = run(['demo']);

      expect(code, text).toBe(0);
      expect(text).toContain('UNDONE: everything is back.');
    });
  });
});
