import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectEvidence } from '../evidence/evidence.ts';
import type { Source } from '../evidence/sink.ts';
import { buildGraph } from '../graph/graph.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { putImage } from '../systems/registry/memory/build.ts';
import { createMemoryRegistry } from '../systems/registry/memory/registry.ts';
import { registrySource } from '../systems/registry/survey.ts';
import { takeInventory } from './inventory.ts';
import { divideRegistry } from './inventory-bytes.ts';
import { planPrune } from './prune.ts';
import { membersByRepository } from './repository-members.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const HOST = 'registry.example:5000';

/** A policy without a rule deletes nothing. */
const keepNamed = {
  words: 'keepMatching keep',
  when: { if: 'matching', patterns: [{ kind: 'glob', text: 'keep' }] },
} as const;

/** Two tags share a layer; one of them runs. A third image lies elsewhere, and has the same layer, too. */
async function inventory() {
  const registry = createMemoryRegistry();
  const { world, host } = registry;
  putImage(world, 'a', { tags: ['v1'], layers: ['base', 'one'], label: '1' });
  putImage(world, 'a', { tags: ['v2'], layers: ['base', 'second'], label: '2' });
  putImage(world, 'b', { tags: ['v1'], layers: ['base'], label: '3', created: '2025-12-01T00:00:00Z' });
  const cluster: Source = {
    name: 'cluster one',
    survey: async (sink) => {
      const pod = sink.resource('workload', 'one/shop', 'Pod/web');
      sink.holds(pod, 'Pod shop/web (Running)');
      sink.refers(pod, sink.resource('image-reference', '', `${host}/a:v1`), 'uses');
    },
  };
  const planned = await planPrune(
    {
      id: 'plan-1',
      scope: { registry: { host, url: registry.url } },
      registry: (alsoLookAt) => registrySource(registry, { alsoLookAt }),
      records: [],
      journal: memoryJournal(),
      recordsOf: () => [],
      remember: async () => () => undefined,
      recall: async () => ({}),
      drops: async () => [],
      policy: { policies: [{ name: 'all', repositories: ['**'], keep: [keepNamed], delete: [] }], minAgeMs: 0 },
      limits: {},
      means: { untagBy: 'tag', deleteManifests: true, untagByOverwrite: false },
      recordsShown: [],
      expiresAfterMs: 3_600_000,
      nowMs: () => NOW_MS,
      clusters: [cluster],
      clustersShown: ['one'],
      references: { aliases: [], defaultRegistries: [], bad: 'protect', customResources: [] },
      keepIndexOfUsedChild: true,
      pastDigests: () => [],
      protectedRepositories: [],
    },
    new AbortController().signal,
  );
  const { header, lines } = takeInventory(planned);
  const all = [...lines];
  return {
    header,
    host,
    repositories: all.flatMap((line) => ('repository' in line ? line.repository : [])),
    tags: all.flatMap((line) => ('tag' in line ? line.tag : [])),
    images: all.flatMap((line) => ('image' in line ? line.image : [])),
    links: all.flatMap((line) => ('link' in line ? line.link : [])),
  };
}

describe('the inventory of a registry', () => {
  test('tells of each tag what becomes of it, and why', async () => {
    const { header, tags } = await inventory();

    expect(header).toMatchObject({ flow: 'prune', planId: 'plan-1', repositories: 2, tags: 3, images: 3, gaps: 0 });
    expect(tags.map(({ repository, tag, verdict }) => `${repository}:${tag} ${verdict}`)).toEqual([
      'a:v1 used',
      'a:v2 goes',
      'b:v1 goes',
    ]);
    expect(tags[0]).toMatchObject({
      reasonCode: 'held',
      reason: expect.stringMatching(/^Pod shop\/web \(Running\) uses/),
    });
  });

  test('counts each byte at one place', async () => {
    const { header, repositories, tags } = await inventory();

    const [a, b] = repositories;
    expect(a).toMatchObject({ name: 'a', tags: 2, images: 2, sharedInsideBytes: 0, goingTags: 1 });
    expect(header.sharedBytes).toBe('base'.length);
    expect(b?.sharedOutsideBytes).toBe('base'.length);
    expect(header.bytes).toBe((a?.exclusiveBytes ?? 0) + (b?.exclusiveBytes ?? 0) + header.sharedBytes);
    expect(a?.goingBytes).toBe(tags.find(({ tag }) => tag === 'v2')?.exclusiveBytes);
  });

  test('has the layers of an image, and how many images need each', async () => {
    const { images } = await inventory();

    const layers = images[0]?.layers.map(({ bytes, images: count }) => [bytes, count]);
    expect(layers).toContainEqual(['base'.length, 3]);
    expect(layers).toContainEqual(['one'.length, 1]);
    expect(layers).toHaveLength(3);
  });

  test('leads from a pod to the image that it runs', async () => {
    const { links, tags, host } = await inventory();

    const wayDown = (from: string) => links.filter((link) => link.from === from).map(({ as, to }) => `${as} ${to}`);
    expect(wayDown('Pod shop/web (Running)')).toEqual(['holds workload one/shop/Pod/web']);
    expect(wayDown('workload one/shop/Pod/web')).toEqual([`uses ${host}/a:v1`]);
    expect(wayDown(`${host}/a:v1`)).toContain(`tag ${host}/a@${tags[0]?.digest}`);
  });
});

test('the parts of a registry’s bytes add up to the whole, whatever shares what', () => {
  const manifest = fc.record({
    repository: fc.constantFrom('a', 'b', 'c'),
    tags: fc.subarray(['v1', 'v2', 'v3']),
    blobs: fc.subarray([1, 2, 4, 8, 16, 32, 64]),
  });
  fc.assert(
    fc.property(fc.array(manifest, { maxLength: 8 }), (manifests) => {
      const { evidence, sink } = collectEvidence();
      for (const [n, { repository, tags, blobs }] of manifests.entries()) {
        const id = sink.resource('manifest', `${HOST}/${repository}`, `m${n}`);
        sink.exists(id, {});
        for (const size of blobs) {
          const blob = sink.resource('blob', HOST, `b${size}`);
          sink.exists(blob, { sizeBytes: size });
          sink.refers(id, blob, 'layer');
        }
        for (const name of tags) {
          const tag = sink.resource('tag', `${HOST}/${repository}`, name);
          sink.exists(tag, {});
          sink.refers(tag, id, 'tag');
        }
      }
      const graph = buildGraph(evidence.resources.size, evidence.edges);
      const members = membersByRepository(evidence, HOST);

      const divided = divideRegistry({ evidence, graph }, members);

      const needed = new Set(manifests.flatMap(({ blobs }) => blobs));
      expect(divided.bytes).toBe([...needed].reduce((sum, size) => sum + size, 0));
      for (const [n, { tags }] of [...members.values()].entries()) {
        const one = divided.repositories[n];
        const ofTags = tags.reduce((sum, tag) => sum + divided.exclusiveOf(tag), 0);
        expect(one?.exclusiveBytes).toBe(ofTags + (one?.sharedInsideBytes ?? 0) + (one?.untaggedBytes ?? 0));
      }
    }),
  );
});
