import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileNodeConfig, tuningOf } from '../../src/systems/node-config/index.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
const tuning = tuningOf({ high: '70', low: '60', minAgeMs: 0, discardUnpackedLayers: true });

/** What containerd makes of a file. */
function dump(config: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync(programPath('containerd'), ['--config', config, 'config', 'dump'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`containerd refuses ${config}: ${stderr}`);
  return stdout.split('\n').map((line) => line.trim());
}

const settingOf = (lines: readonly string[], name: string) => lines.filter((line) => line.startsWith(`${name} =`));

describeReal('files that tune wrote, as containerd reads them', ['containerd'], () => {
  const wholeDefault = () => spawnSync(programPath('containerd'), ['config', 'default'], { encoding: 'utf8' }).stdout;

  test.each([
    ['the whole default', wholeDefault],
    ['a version alone', () => 'version = 2\n'],
    [
      'tables below the one that is to be made',
      () =>
        'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type = "io.containerd.runc.v2"\n',
    ],
    [
      'a part of CRI',
      () => 'version = 2\n[plugins]\n  [plugins."io.containerd.grpc.v1.cri"]\n    sandbox_image = "pause:mine"\n',
    ],
  ])('%s: the setting is on, and nothing else has changed', async (_, text) => {
    const containerd = join(makeTempFolder('tune'), 'config.toml');
    writeFileSync(containerd, text());
    const before = dump(containerd);
    expect(settingOf(before, 'discard_unpacked_layers')).toEqual(['discard_unpacked_layers = false']);
    const config = fileNodeConfig({ root: '/', containerd });
    const [file] = await config.read(tuning, never);
    expect(file).toMatchObject({ state: 'to-change' });
    if (file !== undefined) await config.write(file, Date.now());

    const after = dump(containerd);

    expect(settingOf(after, 'discard_unpacked_layers')).toEqual(['discard_unpacked_layers = true']);
    for (const name of ['sandbox_image', 'default_runtime_name', 'runtime_type', 'snapshotter'])
      expect(settingOf(after, name)).toEqual(settingOf(before, name));
    const written = readFileSync(containerd, 'utf8');
    expect((await config.read(tuning, never))[0]).toMatchObject({ state: 'as-wanted' });
    expect(readFileSync(containerd, 'utf8')).toBe(written);
  });
});
