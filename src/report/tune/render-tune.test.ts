import { expect, test } from 'vitest';
import { noPaint } from '../paint.ts';
import { renderTune } from './render-tune.ts';
import type { TunedFileToShow } from './tuned-file.ts';

const kubelet: TunedFileToShow = {
  ...{ part: 'kubelet', path: '/var/lib/kubelet/config.yaml', state: 'to-change', written: false },
  settings: [{ name: 'imageGCHighThresholdPercent', now: '85', wanted: '70' }],
  ...{ byHand: [], notes: [], restart: 'systemctl restart kubelet' },
};
const refused: TunedFileToShow = {
  ...{ part: 'containerd', path: '/etc/containerd/config.toml', state: 'refused', written: false, settings: [] },
  ...{ why: 'line 3 is not understood', byHand: ['  discard_unpacked_layers = true'] },
  ...{ notes: [], restart: 'systemctl restart containerd' },
};
const shown = (files: readonly TunedFileToShow[], format: 'table' | 'json' | 'markdown') => [
  ...renderTune(files, format, noPaint),
];

test('says what each file has and should have, and that nothing was written', () => {
  expect(shown([kubelet, refused], 'table')).toEqual([
    '/var/lib/kubelet/config.yaml (kubelet): to change',
    '  SETTING                       NOW   WANTED',
    '  imageGCHighThresholdPercent   85    70',
    '',
    '/etc/containerd/config.toml (containerd): refused',
    '  ! left alone: line 3 is not understood; by hand:',
    '        discard_unpacked_layers = true',
    '',
    'Nothing was written. 1 file would be: --write does it.',
  ]);
});

test('after writing it says where the copy is, and what to restart', () => {
  const lines = shown([{ ...kubelet, written: true, copy: '/var/lib/kubelet/config.yaml.winnow-1' }], 'table');
  expect(lines).toContain('  ! the old text is kept in /var/lib/kubelet/config.yaml.winnow-1');
  expect(lines.slice(-2)).toEqual([
    'Wrote 1 file. It holds when these are restarted, which is yours to do:',
    '  systemctl restart kubelet',
  ]);
});

test('a file that could not be written says so, with its code', () => {
  const failure = { code: 'TUNE_UNWRITABLE', message: 'writing it: EROFS', hint: 'run as root' };
  const lines = shown([{ ...kubelet, failure }], 'table');
  expect(lines[0]).toBe('/var/lib/kubelet/config.yaml (kubelet): failed');
  expect(lines).toContain('  ! writing it: EROFS (TUNE_UNWRITABLE)');
  expect(lines.at(-1)).toBe('Nothing was written.');
});

test('programs get a document, chats get Markdown', () => {
  const { items, kind } = JSON.parse(shown([kubelet, refused], 'json').join('\n'));
  expect(kind).toBe('NodeTuning');
  expect(items).toMatchObject([
    { status: 'to-change', settings: [{ now: '85', wanted: '70' }] },
    { status: 'refused', why: 'line 3 is not understood' },
  ]);
  expect(shown([kubelet], 'markdown').slice(0, 2)).toEqual([
    '- `/var/lib/kubelet/config.yaml` (kubelet): **to change**',
    '  - `imageGCHighThresholdPercent`: 85 → 70',
  ]);
});
