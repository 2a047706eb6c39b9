import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWinnowImage, openBuildah } from '../support/container-image.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/* No registry is needed: what both stages begin from is made of this machine's own Node. */

const TAG = 'localhost/winnow:test';
const folder = makeTempFolder('buildah');
const { run: buildah, policy } = openBuildah(folder);

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
    buildWinnowImage({ run: buildah, policy }, folder, TAG, '1.2.3');
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
