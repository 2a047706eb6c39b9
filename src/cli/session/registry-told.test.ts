import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { collectEvidence } from '../../evidence/evidence.ts';
import { digestA, eventAt, timeOf } from '../../systems/pulls/contract.suite.ts';
import { notificationFolder } from '../../systems/pulls/index.ts';
import { registryTold } from './registry-told.ts';
import type { Session } from './session.ts';

const HOST = 'registry.example';
const nowMs = timeOf('12:00');
const HOUR_MS = 3_600_000;

/** What is said of one tag and its manifest, by lines of notifications. */
async function told(lines: readonly string[], { pushLeaseMs = HOUR_MS, wantsPulls = false, isNamed = true } = {}) {
  const stateDir = makeTempFolder('told');
  const folder = isNamed ? stateDir : notificationFolder(stateDir, HOST);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, '2026-08-01.ndjson');
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const said: string[] = [];
  const session = {
    settings: {
      ...{ stateDir, serve: { notifications: { pushLeaseMs } } },
      prune: isNamed ? { pulls: { files: [file], ignoreUserAgents: [], ignoreActors: [], pushLeaseMs } } : {},
    },
    terminal: {
      ...{
        env: {},
        signal: AbortSignal.timeout(5000),
        nowMs: () => nowMs,
        say: (line: string) => void said.push(line),
      },
      paint: { yellow: (text: string) => text },
    },
  } as unknown as Session;
  const { sink, evidence } = collectEvidence();
  const tag = sink.resource('tag', `${HOST}/team/app`, 'v1');
  const manifest = sink.resource('manifest', `${HOST}/team/app`, digestA);
  for (const id of [tag, manifest]) sink.exists(id, {});
  const read = await registryTold(session, HOST, wantsPulls);
  read?.link(evidence, sink);
  return { read, evidence, said, tag };
}

const push = (at: string) => JSON.stringify({ events: [eventAt(at, { action: 'push', tag: 'v1' })] });

describe('what a registry told', () => {
  test('holds what was pushed a short time ago', async () => {
    const { evidence } = await told([push('10:00'), push('11:48')]);

    expect(evidence.holds.length).toBe(2);
    expect(evidence.holds.by(0)).toBe('pushed 12m ago, through containerd/1.7.2');
  });

  test('holds nothing that was pushed before, or where no push holds anything', async () => {
    expect((await told([push('10:59')])).evidence.holds.length).toBe(0);
    expect((await told([push('11:48')], { pushLeaseMs: 0 })).read).toBeUndefined();
  });

  test('is a gap where a push may be hidden that still holds something', async () => {
    const { evidence, said } = await told([push('10:00'), '{"events":[{"act', push('11:30')]);

    expect(evidence.gaps).toMatchObject([{ scope: HOST, hides: 'holds' }]);
    expect(said.join()).toContain('line 2');
  });

  test('is no gap where what is hidden would hold nothing any more', async () => {
    expect((await told([push('08:00'), '{"events":[{"act', push('09:00')])).evidence.gaps).toEqual([]);
  });

  test('brings pulls where rules ask for them', async () => {
    const pull = JSON.stringify({ events: [eventAt('11:00', { tag: 'v1' })] });

    const without = await told([pull]);
    const asked = await told([pull], { wantsPulls: true });

    expect(without.evidence.about(without.tag).lastUsedAtMs).toBeUndefined();
    expect(asked.evidence.about(asked.tag).lastUsedAtMs).toBe(timeOf('11:00'));
    expect(asked.read?.pullsKnownSinceMs()).toBe(timeOf('11:00'));
  });

  test('counts where the service wrote it down, without a word in the settings', async () => {
    const { evidence, read } = await told([push('11:48')], { isNamed: false, wantsPulls: true });

    expect(evidence.holds.length).toBe(2);
    expect(read?.pullsKnownSinceMs()).toBe(timeOf('11:48'));
  });

  test('is a gap where the service wrote it down and it can not be read; a file of the settings stops the run', async () => {
    const { evidence, read } = await told(['nothing like an event'], { isNamed: false });

    expect(evidence.gaps).toMatchObject([{ scope: HOST, hides: 'holds', source: `notifications of ${HOST}` }]);
    expect(read?.pullsKnownSinceMs()).toBeUndefined();
    await expect(told(['nothing like an event'])).rejects.toMatchObject({ code: 'PULLS_MALFORMED' });
  });
});
