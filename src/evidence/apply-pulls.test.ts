import { describe, expect, test } from 'vitest';
import { applyPulls } from './apply-pulls.ts';
import { collectEvidence } from './evidence.ts';
import type { PullTimes } from './pull-times.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const pulls: PullTimes = {
  ofManifest: (repository, one) => (repository === 'team/app' && one === digest ? 200 : undefined),
  ofTag: (repository, tag) => (repository === 'team/app' && tag === 'v1' ? 300 : undefined),
  knownSinceMs: 100,
};

describe('pulls', () => {
  test('are told of the tags and manifests that exist, in their own registry alone', () => {
    const { sink, evidence } = collectEvidence();
    const tag = sink.resource('tag', 'registry.example/team/app', 'v1');
    const manifest = sink.resource('manifest', 'registry.example/team/app', digest);
    const elsewhere = sink.resource('tag', 'other.example/team/app', 'v1');
    const gone = sink.resource('tag', 'registry.example/team/app', 'v2');
    for (const id of [tag, manifest, elsewhere]) sink.exists(id, { sizeBytes: 7 });

    applyPulls(evidence, sink, 'registry.example', { ...pulls, ofTag: () => 300 });

    expect(evidence.about(tag)).toEqual({ sizeBytes: 7, lastUsedAtMs: 300 });
    expect(evidence.about(manifest)).toEqual({ sizeBytes: 7, lastUsedAtMs: 200 });
    expect(evidence.about(elsewhere)).toEqual({ sizeBytes: 7 });
    expect(evidence.exists(gone)).toBe(false);
  });

  test('do not make younger use older', () => {
    const { sink, evidence } = collectEvidence();
    const tag = sink.resource('tag', 'registry.example/team/app', 'v1');
    sink.exists(tag, { lastUsedAtMs: 900 });

    applyPulls(evidence, sink, 'registry.example', pulls);

    expect(evidence.about(tag).lastUsedAtMs).toBe(900);
  });
});
