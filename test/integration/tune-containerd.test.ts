import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileNodeConfig, tuningOf } from '../../src/systems/node-config/index.ts';
import { laterContainerd } from '../support/later-debian.ts';
import { describeReal, describeWhereHad, programPath, requires } from '../support/requirements.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const never = new AbortController().signal;
const tuning = tuningOf({ high: '70', low: '60', minAgeMs: 0, discardUnpackedLayers: true });

const later = requires('containerd') ? await laterContainerd('forky') : { absent: 'containerd is not installed' };

type Dump = (config: string) => readonly string[];

/** What a containerd makes of a file. */
function dumpBy(program: string): Dump {
  return (config) => {
    const { status, stdout, stderr } = spawnSync(program, ['--config', config, 'config', 'dump'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`containerd refuses ${config}: ${stderr}`);
    return stdout.split('\n').map((line) => line.trim());
  };
}

const wholeDefault = (program: string) => spawnSync(program, ['config', 'default'], { encoding: 'utf8' }).stdout;
const RUNTIME =
  'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type = "io.containerd.runc.v2"\n';

const OFF = 'discard_unpacked_layers = false';
const ON = 'discard_unpacked_layers = true';

/** What is not nothing: 1.6 names the options of a runtime only where no file does. */
const said = (lines: readonly string[]) => lines.filter((line) => line !== ON && !/ = (""|0|false)$/.test(line));

/** Tunes a file, and sees that containerd makes of it what it did before but for one setting, and that a second time nothing changes. */
async function changesOneLine(dump: Dump, text: string): Promise<void> {
  const containerd = join(makeTempFolder('tune'), 'config.toml');
  writeFileSync(containerd, text);
  const before = dump(containerd);
  expect(before.filter((line) => line === OFF)).toHaveLength(1);
  const config = fileNodeConfig({ root: '/', containerd });
  const [file] = await config.read(tuning, never);
  expect(file).toMatchObject({ state: 'to-change' });
  if (file !== undefined) await config.write(file, Date.now());

  const after = dump(containerd);
  expect(after.filter((line) => line === ON)).toHaveLength(1);
  expect(said(after)).toEqual(said(before));

  const written = readFileSync(containerd, 'utf8');
  expect((await config.read(tuning, never))[0]).toMatchObject({ state: 'as-wanted' });
  expect(readFileSync(containerd, 'utf8')).toBe(written);
}

const ofCri = 'version = 2\n[plugins]\n  [plugins."io.containerd.grpc.v1.cri"]\n    sandbox_image = "pause:mine"\n';

describeReal('files that tune wrote, as containerd reads them', ['containerd'], () => {
  test.each([
    ['the whole default', () => wholeDefault(programPath('containerd'))],
    ['a version alone', () => 'version = 2\n'],
    ['tables below the one that is to be made', () => RUNTIME],
    ['a part of CRI', () => ofCri],
  ])('%s: the setting is on, and nothing else has changed', async (_, text) => {
    await changesOneLine(dumpBy(programPath('containerd')), text());
  });
});

const ofImages =
  "version = 3\n[plugins]\n  [plugins.'io.containerd.cri.v1.images'.pinned_images]\n    sandbox = 'pause:mine'\n";

describeWhereHad(
  'files that tune wrote, as containerd 2.x reads them',
  'absent' in later ? later.absent : undefined,
  () => {
    const folder = 'binaries' in later ? later.binaries : '';

    test.each([
      ['the whole default', () => wholeDefault(join(folder, 'containerd'))],
      ['version 3 alone', () => 'version = 3\n'],
      ['a part of its images', () => ofImages],
      ['the whole default of 1.x', () => wholeDefault(programPath('containerd'))],
      ['version 2 alone', () => 'version = 2\n'],
      ['a part of CRI, as 1.x has it', () => ofCri],
      ['as Debian has it', () => readFileSync(join(folder, '../../etc/containerd/config.toml'), 'utf8')],
    ])('%s: the setting is on, and nothing else has changed', async (_, text) => {
      await changesOneLine(dumpBy(join(folder, 'containerd')), text());
    });
  },
);
