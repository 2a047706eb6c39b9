import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { digestA, digestB, eventAt, timeOf } from './contract.suite.ts';
import { filePulls } from './file/index.ts';
import { memoryPulls } from './memory/index.ts';

const soon = () => AbortSignal.timeout(10_000);
const nobody = { userAgents: [], actors: [] };
const push = (at: string, fields = {}) => eventAt(at, { action: 'push', ...fields });

describe('pushes', () => {
  test('are told by manifest and by tag, with who brought them', async () => {
    const log = memoryPulls({
      ...nobody,
      envelopes: [
        { events: [push('10:00', { tag: 'v1', userAgent: 'docker/24.0.7 go/1.20', actor: 'carol' })] },
        { events: [push('11:00', { digest: digestB }), push('09:00', { tag: 'v1' }), eventAt('12:00', { tag: 'v2' })] },
      ],
    });

    const { pushes } = await log.read(soon());

    expect(pushes.ofTag('team/app', 'v1')).toEqual({ atMs: timeOf('10:00'), through: 'docker/24.0.7 (carol)' });
    expect(pushes.ofManifest('team/app', digestA)).toEqual({ atMs: timeOf('10:00'), through: 'docker/24.0.7 (carol)' });
    expect(pushes.ofManifest('team/app', digestB)).toEqual({ atMs: timeOf('11:00'), through: 'containerd/1.7.2' });
    expect(pushes.ofTag('team/app', 'v2')).toBeUndefined();
    expect(pushes.ofTag('team/other', 'v1')).toBeUndefined();
  });

  test('of long ago are passed over', async () => {
    const log = memoryPulls({ ...nobody, envelopes: [{ events: [push('10:00', { tag: 'v1' })] }] });

    const { pushes } = await log.read(soon(), timeOf('10:01'));

    expect(pushes.ofTag('team/app', 'v1')).toBeUndefined();
  });

  test('count for programs too that only look: who copies an image wants it', async () => {
    const log = memoryPulls({
      ...{ userAgents: ['skopeo'], actors: [] },
      envelopes: [{ events: [push('10:00', { tag: 'v1', userAgent: 'skopeo/1.13' })] }],
    });

    expect((await log.read(soon())).pushes.ofTag('team/app', 'v1')).toBeDefined();
  });
});

describe('a folder of notifications', () => {
  const line = (at: string) => `${JSON.stringify({ events: [push(at, { tag: at.replace(':', '') }), eventAt(at)] })}\n`;

  test('is read like its files, without what is hidden or lies deeper', async () => {
    const folder = makeTempFolder('pulls');
    writeFileSync(join(folder, '2026-08-01.ndjson'), line('10:00'));
    writeFileSync(join(folder, '2026-08-02.ndjson'), line('11:00'));
    writeFileSync(join(folder, '.2026-08-02.ndjson.swp'), 'no event');
    mkdirSync(join(folder, 'deeper'));

    const { counted, pushes, times } = await filePulls({ ...nobody, files: [folder] }).read(soon());

    expect(counted).toBe(2);
    expect(times.knownSinceMs).toBe(timeOf('10:00'));
    expect(pushes.ofTag('team/app', '1000')).toBeDefined();
    expect(pushes.ofTag('team/app', '1100')).toBeDefined();
  });

  test('that is empty tells nothing, and one that is not there stops the run', async () => {
    const folder = makeTempFolder('pulls');

    expect((await filePulls({ ...nobody, files: [folder] }).read(soon())).times.knownSinceMs).toBeUndefined();
    await expect(filePulls({ ...nobody, files: [join(folder, 'x')] }).read(soon())).rejects.toMatchObject({
      code: 'PULLS_UNREADABLE',
    });
  });
});
