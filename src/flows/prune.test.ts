import { describe, expect, test } from 'vitest';
import type { Gap } from '../evidence/gap.ts';
import { formatResource } from '../evidence/resource.ts';
import type { Source } from '../evidence/sink.ts';
import type { Digest } from '../oci/digest.ts';
import type { Condition, PrunePolicy } from '../policy/retention/policy.ts';
import { exitCodeOfPlan } from '../report/exit-code.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';
import { putImage, putIndex } from '../systems/registry/memory/build.ts';
import { createMemoryRegistry } from '../systems/registry/memory/registry.ts';
import type { World } from '../systems/registry/memory/world.ts';
import { registrySource } from '../systems/registry/survey.ts';
import { type PruneInput, planPrune } from './prune.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const never = new AbortController().signal;

/** All that nobody uses goes. */
const everything: PrunePolicy = {
  policies: [
    {
      name: 'all',
      repositories: ['**'],
      keep: [{ words: 'keepMatching keep', when: matching('keep') }],
      delete: [],
    },
  ],
  minAgeMs: 0,
};

function matching(text: string): Condition {
  return { if: 'matching', patterns: [{ kind: 'glob', text }] };
}

function cluster(
  name: string,
  references: readonly string[],
  gaps: readonly Omit<Gap, 'source' | 'hides'>[] = [],
): Source {
  return {
    name: `cluster ${name}`,
    survey: async (sink) => {
      for (const [n, reference] of references.entries()) {
        const pod = sink.resource('workload', `${name}/shop`, `Pod/web-${n}`);
        sink.holds(pod, `Pod shop/web-${n} (Running)`);
        sink.refers(pod, sink.resource('image-reference', '', reference), 'uses');
      }
      for (const gap of gaps) sink.gap({ ...gap, hides: 'holds', source: `cluster ${name}` });
    },
  };
}

async function plan(fill: (world: World, host: string) => readonly Source[], more: Partial<PruneInput> = {}) {
  const registry = createMemoryRegistry();
  const clusters = fill(registry.world, registry.host);
  const planned = await planPrune(
    {
      id: 'plan-1',
      scope: { registry: { host: registry.host, url: registry.url } },
      registry: (alsoLookAt) => registrySource(registry, { alsoLookAt }),
      records: [],
      journal: memoryJournal(),
      recordsOf: () => [],
      remember: async () => () => undefined,
      recall: async () => ({}),
      drops: async () => [],
      policy: everything,
      limits: {},
      means: { untagBy: 'tag', deleteManifests: true, untagByOverwrite: false },
      recordsShown: [],
      expiresAfterMs: 3_600_000,
      nowMs: () => NOW_MS,
      clusters,
      clustersShown: clusters.map(({ name }) => name),
      references: { aliases: [], defaultRegistries: [], bad: 'protect', customResources: [] },
      keepIndexOfUsedChild: true,
      pastDigests: () => [],
      protectedRepositories: [],
      ...more,
    },
    never,
  );
  const { header, actions } = planned.plan;
  return {
    planned,
    header,
    goes: [...actions].map(({ target }) => formatResource(target).slice(registry.host.length + 1)),
  };
}

describe('what no cluster uses', () => {
  test('goes, and what any of them uses stays, with the pod for a reason', async () => {
    const { goes, header, planned } = await plan((world, host) => {
      putImage(world, 'a', { tags: ['v1'], label: '1' });
      const second = putImage(world, 'a', { tags: ['v2'], label: '2' });
      putImage(world, 'a', { tags: ['v3'], label: '3' });
      putImage(world, 'a', { tags: ['keep'], label: '4' });
      return [cluster('one', [`${host}/a:v1`]), cluster('two', [`copy.example/x@${second.digest}`])];
    });
    expect(goes.filter((one) => one.startsWith('a:'))).toEqual(['a:v3']);
    expect(header.repositories).toMatchObject([{ repository: 'a', class: 'all', found: 4, live: 2, removed: 1 }]);
    expect(header.keptByReason).toEqual({ held: 2, 'kept-by-policy': 1 });
    expect(header.clusters).toEqual(['cluster one', 'cluster two']);
    expect(exitCodeOfPlan(header)).toBe(0);
    const v1 = planned.view.evidence.resources.find('tag', `${planned.plan.header.scope.registry?.host}/a`, 'v1');
    expect(planned.decisions.reasonOf(v1 as number).because).toMatch(/^Pod shop\/web-0 \(Running\) uses .*\/a:v1$/);
  });

  test('keeps what an untagged index in use lists, although another index that goes lists it too', async () => {
    let shared: Digest | undefined;
    const { goes } = await plan((world, host) => {
      const image = putImage(world, 'a', { label: 'shared' });
      const used = putIndex(world, 'a', [image]);
      putIndex(world, 'a', [image, putImage(world, 'a', { label: 'own' })], { tags: ['v2'] });
      shared = image.digest;
      return [cluster('one', [`${host}/a@${used.digest}`])];
    });
    expect(goes).toHaveLength(3);
    expect(goes[0]).toBe('a:v2');
    expect(goes).not.toContain(`a@${shared}`);
  });

  test('is looked for by past digests, which no tag leads to any longer', async () => {
    let past: readonly Digest[] = [];
    const untagged: PrunePolicy = {
      ...everything,
      policies: [
        { name: 'all', repositories: ['**'], keep: [], delete: [{ words: 'untagged', when: { if: 'untagged' } }] },
      ],
    };
    const { goes } = await plan(
      (world, host) => {
        past = [putImage(world, 'a', { label: 'past' }).digest];
        putImage(world, 'a', { tags: ['v1'], label: 'now' });
        return [cluster('one', [`${host}/a:v1`])];
      },
      { pastDigests: () => past, policy: untagged },
    );
    expect(goes).toEqual([`a@${past[0]}`]);
  });

  test('stays in repositories where snapshots lie', async () => {
    const { goes } = await plan(
      (world, host) => {
        putImage(world, 'snapshots', { tags: ['prod'] });
        putImage(world, 'a', { tags: ['v1'] });
        return [cluster('one', [`${host}/a:v1`])];
      },
      { protectedRepositories: ['snapshots'] },
    );
    expect(goes).toEqual([]);
  });
});

describe('a cluster of which not all was seen', () => {
  const images = (world: World) => {
    putImage(world, 'team/a', { tags: ['v1'], label: '1' });
    putImage(world, 'other/a', { tags: ['v1'], label: '2' });
    putImage(world, 'other/a', { tags: ['v2'], label: '3' });
  };
  const gap = { cause: 'listing pods: 403', hint: 'grant list on pods' };

  test('keeps everything, whatever the others say, and the run ends with a code of its own', async () => {
    const { goes, header } = await plan((world, host) => {
      images(world);
      return [
        cluster('one', [`${host}/other/a:v1`]),
        cluster('two', [], [{ ...gap, scope: '' }]),
        cluster('three', []),
      ];
    });
    expect(goes).toEqual([]);
    expect(exitCodeOfPlan(header)).toBe(5);
    expect(header.gaps).toMatchObject([gap]);
  });

  test('keeps what it may hold, and nothing else', async () => {
    const { goes, header } = await plan((world, host) => {
      images(world);
      return [cluster('one', [`${host}/other/a:v1`]), cluster('two', [], [{ ...gap, scope: `${host}/team` }])];
    });
    expect(goes.filter((one) => !one.includes('@'))).toEqual(['other/a:v2']);
    expect(exitCodeOfPlan(header)).toBe(5);
  });
});

describe('what looks like a mistake', () => {
  test('is a registry of which nothing is used: the plan is shown, and not applied', async () => {
    const { header } = await plan((world) => {
      putImage(world, 'a', { tags: ['v1'] });
      return [cluster('one', ['registry.internal/a:v1', 'docker.io/library/nginx'])];
    });
    expect(header.broken).toEqual([expect.stringMatching(/^noUses: .*docker\.io, registry\.internal.*--alias/)]);
    expect(exitCodeOfPlan(header)).toBe(4);
  });

  test('is clusters that use nothing at all', async () => {
    const using = (clusters: readonly Source[]) => (world: World) => {
      putImage(world, 'a', { tags: ['v1'] });
      return clusters;
    };
    const empty = await plan(using([cluster('one', [])]));
    expect(empty.header.broken).toEqual([expect.stringContaining('--no-clusters')]);
    const meant = await plan(using([]));
    expect(meant.header.broken).toEqual([]);
    expect(meant.goes).toContain('a:v1');
  });

  test('is a rule that nothing met', async () => {
    const { header } = await plan((world, host) => {
      putImage(world, 'a', { tags: ['v1'] });
      return [cluster('one', [`${host}/a:v1`])];
    });
    expect(header.idleRules).toHaveLength(1);
  });
});

describe('a name that can not be read', () => {
  const fill = (world: World, host: string) => {
    putImage(world, 'team/a', { tags: ['v1'], label: '1' });
    putImage(world, 'b', { tags: ['v1'], label: '2' });
    putImage(world, 'c', { tags: ['v1'], label: '3' });
    return [cluster('one', [`${host}/c:v1`, '{{ host }}/Team/A:v1'])];
  };

  test('keeps what it may mean, and says so', async () => {
    const { goes, header, planned } = await plan(fill);
    expect(goes.filter((one) => !one.includes('@'))).toEqual(['b:v1']);
    expect(header.badReferences).toMatchObject([{ reference: '{{ host }}/Team/A:v1', keeps: ['team/a'] }]);
    expect(header.keptByReason).toEqual({ 'bad-reference': 1, held: 1 });
    expect(exitCodeOfPlan(planned.plan.header)).toBe(0);
  });

  test('stops the planning, or is passed over, where that is set', async () => {
    const references = { aliases: [], defaultRegistries: [], customResources: [] };
    await expect(plan(fill, { references: { ...references, bad: 'abort' } })).rejects.toMatchObject({
      code: 'REFERENCES_UNREADABLE',
      message: expect.stringContaining('Pod shop/web-1'),
    });
    const { goes } = await plan(fill, { references: { ...references, bad: 'ignore' } });
    expect(goes).toContain('team/a:v1');
  });
});
