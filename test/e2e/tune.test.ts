import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

describe('winnow tune', () => {
  let root: string;
  let kubelet: string;

  beforeEach(() => {
    root = makeTempFolder('root');
    kubelet = put('var/lib/kubelet/config.yaml', '# ours\nkind: KubeletConfiguration\nmaxPods: 110\n');
  });

  function put(path: string, text: string): string {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }
  const tune = (...args: readonly string[]) => runCli(['tune', '--root', root, ...args], { home: root });

  test('shows what it would change, changes it with --write, and then has nothing left to do', async () => {
    const before = readFileSync(kubelet, 'utf8');
    const dry = await tune();
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain('Nothing was written. 1 file would be: --write does it.');
    expect(readFileSync(kubelet, 'utf8')).toBe(before);

    const wrote = await tune('--high', '75', '--low', '65', '--write');
    expect(wrote).toMatchObject({ code: 0 });
    expect(wrote.stdout).toContain('systemctl restart kubelet');
    expect(readFileSync(kubelet, 'utf8')).toBe(
      `${before}imageGCHighThresholdPercent: 75\nimageGCLowThresholdPercent: 65\nimageMinimumGCAge: 10m\n`,
    );
    const files = readdirSync(dirname(kubelet));
    const copy = files.find((name) => name.startsWith('config.yaml.winnow-')) ?? '';
    expect(readFileSync(join(dirname(kubelet), copy), 'utf8')).toBe(before);

    const again = await tune('--high', '75', '--low', '65', '--write', '-o', 'json');
    expect(JSON.parse(again.stdout).items).toMatchObject([{ status: 'as-wanted' }]);
    expect(readdirSync(dirname(kubelet))).toEqual(files);
  });

  test('a file that is not understood is left alone, the others are written, and it ends with 3', async () => {
    const toml = put('etc/containerd/config.toml', 'version = 2\nplugins = {}\n');
    const { code, stdout } = await tune('--discard-unpacked-layers', '--write', '-o', 'json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout).items).toMatchObject([
      { part: 'kubelet', status: 'written' },
      { part: 'containerd', status: 'refused', why: 'plugins is written on one line' },
    ]);
    expect(readFileSync(toml, 'utf8')).toBe('version = 2\nplugins = {}\n');
  });

  test.each([
    [['--low', '70'], 'TUNE_INVALID'],
    [['--high', 'all'], 'TUNE_INVALID'],
    [['--min-age', 'soon'], 'DURATION_INVALID'],
    [['--kubelet-config', '/nowhere/config.yaml'], 'TUNE_NO_FILE'],
  ])('%j ends with 2, and nothing is written', async (args, code) => {
    const before = readdirSync(dirname(kubelet));
    const ended = await tune('--write', ...args);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(code) });
    expect(readdirSync(dirname(kubelet))).toEqual(before);
  });
});
