import { describe, expect, test } from 'vitest';
import { applyPushes } from './apply-pushes.ts';
import { collectEvidence } from './evidence.ts';
import type { PushTimes } from './push-times.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const MINUTE_MS = 60_000;
const nowMs = 1000 * MINUTE_MS;
const pushed = (minutesAgo: number, through = 'docker/24.0.7 (carol)') => ({
  atMs: nowMs - minutesAgo * MINUTE_MS,
  through,
});
const none: PushTimes = { ofManifest: () => undefined, ofTag: () => undefined };

function heldBy(pushes: Partial<PushTimes>, forMs = 60 * MINUTE_MS, scope = 'registry.example/team/app') {
  const { sink, evidence } = collectEvidence();
  const tag = sink.resource('tag', scope, 'v1');
  const manifest = sink.resource('manifest', scope, digest);
  const gone = sink.resource('tag', scope, 'gone');
  for (const id of [tag, manifest]) sink.exists(id, {});
  applyPushes(evidence, sink, 'registry.example', { ...none, ...pushes }, { forMs, nowMs });
  const { holds } = evidence;
  const names = new Map([
    [tag, 'tag'],
    [manifest, 'manifest'],
    [gone, 'gone'],
  ]);
  return Array.from({ length: holds.length }, (_, n) => `${names.get(holds.resources[n] as number)}: ${holds.by(n)}`);
}

describe('pushes', () => {
  test('hold the tag and the manifest that they brought, for a while', () => {
    expect(heldBy({ ofTag: () => pushed(12), ofManifest: () => pushed(59, '') })).toEqual([
      'tag: pushed 12m ago, through docker/24.0.7 (carol)',
      'manifest: pushed 59m ago',
    ]);
  });

  test('hold nothing when their time is over', () => {
    expect(heldBy({ ofTag: () => pushed(60) })).toEqual([]);
  });

  test('by a clock that is ahead were made just now', () => {
    expect(heldBy({ ofTag: () => pushed(-30, '') })).toEqual(['tag: pushed 0s ago']);
  });

  test('hold nothing in other registries', () => {
    expect(heldBy({ ofTag: () => pushed(1) }, undefined, 'other.example/team/app')).toEqual([]);
  });
});
