import { describe, expect, test } from 'vitest';
import { covers, type Gap } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { About, Sink } from '../../evidence/sink.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { digestOf } from './content-digest.ts';
import type { Capabilities } from './contract.ts';
import { damage, putImage, putIndex, putManifest, putReferrer } from './memory/build.ts';
import { createMemoryRegistry, type MemoryRegistry } from './memory/registry.ts';
import { registrySource, type SurveyOptions } from './survey.ts';

const { signal } = new AbortController();
const unavailable = new CodedError('REGISTRY_UNAVAILABLE', 'it is down', { hint: 'wait' });

const TAG = /^[^@ ]+:/;
const MANIFEST = /^[^ ]+@/;

/** A sink that writes down what it is told, with short names for digests. */
function notebook(names: Readonly<Record<string, Descriptor | undefined>>) {
  const short = new Map(Object.entries(names).map(([name, one]) => [one?.digest as string, name]));
  const things: string[] = [];
  const exists = new Map<string, About>();
  const refers = new Set<string>();
  const holds = new Map<string, string>();
  const gaps: Gap[] = [];
  const sink: Sink = {
    resource: (kind, scope, key) => {
      const where = scope.replace(/^registry\.test\/?/, '');
      const name = short.get(key) ?? key;
      const thing = kind === 'tag' ? `${where}:${name}` : kind === 'manifest' ? `${where}@${name}` : `${kind} ${name}`;
      if (!things.includes(thing)) things.push(thing);
      return things.indexOf(thing) as ResourceId;
    },
    exists: (id, about) => void exists.set(things[id]!, { ...exists.get(things[id]!), ...about }),
    refers: (from, to, as) => void refers.add(`${things[from]} -${as}-> ${things[to]}`),
    holds: (id, by) => void holds.set(things[id]!, by),
    retires: () => {
      throw new Error('a registry retires nothing');
    },
    gap: (gap) => void gaps.push(gap),
  };
  const of = (kind: RegExp) => [...exists.keys()].filter((thing) => kind.test(thing)).sort();
  return { sink, exists, refers, holds, gaps, of };
}

async function survey(
  registry: MemoryRegistry,
  names: Readonly<Record<string, Descriptor | undefined>> = {},
  options: SurveyOptions = {},
) {
  const notes = notebook(names);
  await registrySource(registry, options).survey(notes.sink, signal);
  return notes;
}

function open(capabilities: Partial<Capabilities> = { referrersApi: false }) {
  const registry = createMemoryRegistry({ capabilities });
  return { registry, world: registry.world, script: registry.script };
}

describe('the survey of a registry', () => {
  test('states tags, manifests, config and layers, with sizes', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { tags: ['v1', 'latest'], layers: ['one', 'three'] });
    const { exists, refers, gaps, holds } = await survey(registry, {
      A,
      C: A.config,
      L1: A.layers[0],
      L2: A.layers[1],
    });
    expect(Object.fromEntries(exists)).toEqual({
      'repository a': {},
      'a:v1': { digest: A.digest },
      'a:latest': { digest: A.digest },
      'a@A': { sizeBytes: A.sizeBytes },
      'blob C': { sizeBytes: A.config.sizeBytes },
      'blob L1': { sizeBytes: 3 },
      'blob L2': { sizeBytes: 5 },
    });
    expect([...refers].sort()).toEqual([
      'a:latest -tag-> a@A',
      'a:v1 -tag-> a@A',
      'a@A -config-> blob C',
      'a@A -layer-> blob L1',
      'a@A -layer-> blob L2',
    ]);
    expect([...gaps, ...holds]).toEqual([]);
  });

  test('goes down indexes of any depth; a child that is not there is only mentioned', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { label: 'A' });
    const B = putImage(world, 'b', { label: 'B' });
    const inner = putIndex(world, 'a', [A]);
    const outer = putIndex(world, 'a', [inner, B], { tags: ['v1'] });
    const { of, refers, gaps } = await survey(registry, { A, B, inner, outer }, { repositories: ['a'] });
    expect(of(MANIFEST)).toEqual(['a@A', 'a@inner', 'a@outer']);
    expect([...refers]).toEqual(
      expect.arrayContaining(['a@outer -child-> a@inner', 'a@outer -child-> a@B', 'a@inner -child-> a@A']),
    );
    expect(gaps).toEqual([]);
  });

  test('takes what an index lists under an unknown type for a blob, too', async () => {
    const { registry, world } = open();
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(Buffer.from('x')),
      sizeBytes: 9,
    };
    const cache = putIndex(world, 'a', [layer], { tags: ['cache'] });
    const { of, refers } = await survey(registry, { cache, layer });
    expect(of(/blob/)).toEqual(['blob layer']);
    expect([...refers]).toEqual(expect.arrayContaining(['a@cache -child-> a@layer', 'a@cache -child-> blob layer']));
  });

  test('finds referrers by their own subject, and looks at a subject that has no tag', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a');
    const S = putReferrer(world, 'a', A, { tags: ['sbom'] });
    const { of, refers } = await survey(registry, { A, S });
    expect([...refers]).toContain('a@S -subject-> a@A');
    expect(of(MANIFEST)).toEqual(['a@A', 'a@S']);
  });

  test('finds referrers without a tag by the Referrers API, and theirs', async () => {
    const { registry, world } = open({ referrersApi: true });
    const A = putImage(world, 'a', { tags: ['v1'] });
    const S = putReferrer(world, 'a', A);
    const T = putReferrer(world, 'a', S, { text: 'signature of the sbom' });
    const { of, refers } = await survey(registry, { A, S, T });
    expect([...refers]).toEqual(expect.arrayContaining(['a@S -subject-> a@A', 'a@T -subject-> a@S']));
    expect(of(MANIFEST)).toEqual(['a@A', 'a@S', 'a@T']);
  });

  test('does not ask for referrers where there is no such API', async () => {
    const { registry, world, script } = open();
    putImage(world, 'a', { tags: ['v1'] });
    await survey(registry);
    expect(script.count('referrers')).toBe(0);
  });

  test('ties a tag that is named for a manifest to it, whether that is there or not', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { label: 'untagged' });
    const gone = { mediaType: '', digest: digestOf(Buffer.from('gone')), sizeBytes: 0 };
    const signature = `${A.digest.replace(':', '-')}.sig`;
    const fallback = gone.digest.replace(':', '-');
    putImage(world, 'a', { tags: [signature], label: 'signature' });
    putIndex(world, 'a', [], { tags: [fallback] });
    const { refers, of } = await survey(registry, { A, gone });
    expect([...refers]).toEqual(
      expect.arrayContaining([`a:${signature} -referrer-tag-> a@A`, `a:${fallback} -referrer-tag-> a@gone`]),
    );
    expect(of(/@A$/)).toEqual(['a@A']);
    expect(of(/@gone$/)).toEqual([]);
  });

  test('pins all that an unknown manifest could name, and looks whether it is a manifest', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { label: 'A' });
    const text = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.example.v9+json', parts: [A.digest] });
    const X = putManifest(world, 'a', text, ['odd'], 'application/vnd.example.v9+json');
    const { refers, of, gaps } = await survey(registry, { A, X });
    expect([...refers]).toEqual(expect.arrayContaining(['a@X -opaque-> a@A', 'a@X -opaque-> blob A']));
    expect(of(MANIFEST)).toEqual(['a@A', 'a@X']);
    expect(gaps).toEqual([]);
  });

  test('does not look for manifests in the old format, which names layers only', async () => {
    const { registry, world, script } = open();
    const layer = digestOf(Buffer.from('layer'));
    const text = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: layer }] });
    const X = putManifest(world, 'a', text, ['old'], mediaTypes.dockerSchema1);
    const { refers, gaps } = await survey(registry, { X });
    expect([...refers]).toContain(`a@X -opaque-> blob ${layer}`);
    expect(script.count('manifest')).toBe(1);
    expect(gaps).toEqual([]);
  });

  test('does not take foreign layers for something that lies here', async () => {
    const { registry, world } = open();
    const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(Buffer.from('c')), size: 1 };
    const layer = {
      mediaType: mediaTypes.ociLayer,
      digest: digestOf(Buffer.from('l')),
      size: 9,
      urls: ['https://cdn.test/l'],
    };
    const body = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
    putManifest(world, 'a', body, ['v1']);
    const { of, refers } = await survey(registry);
    expect(of(/^blob/)).toEqual([`blob ${config.digest}`]);
    expect([...refers].join()).toContain(`-layer-> blob ${layer.digest}`);
  });

  test('reports repositories without tags', async () => {
    const { registry, world } = open();
    putImage(world, 'empty');
    const { exists } = await survey(registry);
    expect([...exists.keys()]).toEqual(['repository empty']);
  });

  test('keeps to the repositories that are wanted', async () => {
    const { registry, world } = open();
    for (const name of ['a', 'b', 'c']) putImage(world, name, { tags: ['v1'] });
    expect((await survey(registry, {}, { repositories: ['b', 'none'] })).of(/^repository|^[^@ ]+:/)).toEqual([
      'b:v1',
      'repository b',
    ]);
    const notA = await survey(registry, {}, { repositories: (repository) => repository !== 'a' });
    expect(notA.of(/^repository/)).toEqual(['repository b', 'repository c']);
    expect(notA.gaps).toEqual([]);
  });

  test('fetches each manifest that only others name once, and each tag once', async () => {
    const { registry, world, script } = open();
    const base = putImage(world, 'a', { label: 'base' });
    for (let n = 0; n < 20; n += 1) putIndex(world, 'a', [base], { tags: [`v${n}`], annotations: { n: String(n) } });
    await survey(registry);
    expect(script.count('manifest')).toBe(21);
    expect(script.count('resolve')).toBe(0);
  });

  test('counts what it has done', async () => {
    const { registry, world } = open();
    putImage(world, 'a', { tags: ['v1', 'v2'] });
    putImage(world, 'b', { tags: ['v1'] });
    const said: unknown[] = [];
    await survey(registry, {}, { onProgress: (done) => void said.push(done) });
    expect(said.at(-1)).toEqual({ repositories: 2, tags: 3, manifests: 2 });
  });

  test('keeps to its number of requests at a time', async () => {
    const { registry, world, script } = open();
    for (const name of ['a', 'b', 'c', 'd'])
      for (let n = 0; n < 10; n += 1) putImage(world, name, { tags: [`v${n}`], label: `${n}` });
    let now = 0;
    let most = 0;
    script.before('manifest', async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
    });
    await survey(registry, {}, { concurrency: 3 });
    expect(most).toBe(3);
  });
});

describe('times', () => {
  test('come from image configs where they are asked for; an index is as young as its youngest child', async () => {
    const { registry, world, script } = open();
    const old = putImage(world, 'a', { tags: ['old'], created: '2020-01-01T00:00:00Z' });
    const young = putImage(world, 'a', { created: '2024-01-01T00:00:00.5Z' });
    const inner = putIndex(world, 'a', [young]);
    const outer = putIndex(world, 'a', [old, inner], { tags: ['multi'] });
    putImage(world, 'b', { tags: ['v1'], created: '2020-01-01T00:00:00Z' });
    const { exists } = await survey(
      registry,
      { old, young, inner, outer },
      { readCreated: (repository) => repository === 'a' },
    );
    const times = Object.fromEntries(
      [...exists].flatMap(([thing, { createdAtMs }]) => (createdAtMs === undefined ? [] : [[thing, createdAtMs]])),
    );
    const [first, last] = [Date.UTC(2020, 0), Date.UTC(2024, 0) + 500];
    expect(times).toEqual({
      'a@old': first,
      'a:old': first,
      'a@young': last,
      'a@inner': last,
      'a@outer': last,
      'a:multi': last,
    });
    expect(script.count('blob')).toBe(2);
  });

  test('of artifacts and indexes may stand in their annotations', async () => {
    const { registry, world } = open();
    const annotations = { 'org.opencontainers.image.created': '2023-01-01T00:00:00Z' };
    const I = putIndex(world, 'a', [], { tags: ['v1'], annotations });
    const { exists } = await survey(registry, { I }, { readCreated: () => true });
    expect(exists.get('a:v1')?.createdAtMs).toBe(Date.UTC(2023, 0));
  });

  test('that cannot be read keep the image; a config that is not there, or says nothing, tells none', async () => {
    const { registry, world, script } = open();
    const A = putImage(world, 'a', { tags: ['v1'], created: '2020-01-01T00:00:00Z' });
    const B = putImage(world, 'a', { tags: ['v2'], label: 'B' });
    const C = putImage(world, 'a', { tags: ['v3'], label: 'C' });
    world.repository('a').blobs.delete(C.config.digest);
    script.fail('blob', unavailable, { when: (_, digest) => digest === A.config.digest });
    const { exists, holds, gaps } = await survey(registry, { A, B, C }, { readCreated: () => true });
    expect([...holds]).toEqual([['a@A', 'its age could not be read: it is down']]);
    for (const tag of ['a:v1', 'a:v2', 'a:v3']) expect(exists.get(tag)).not.toHaveProperty('createdAtMs');
    expect(gaps).toEqual([]);
  });

  test('of pushes are told where the registry knows them; a manifest has its latest', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { tags: ['v1', 'v2', 'v3'] });
    world.repository('a').pushTimes.set('v1', new Map([[A.digest, 2000]]));
    world.repository('a').pushTimes.set('v2', new Map([[A.digest, 1000]]));
    const { exists } = await survey(registry, { A }, { pushTimes: true });
    expect(exists.get('a:v1')?.pushedAtMs).toBe(2000);
    expect(exists.get('a:v2')?.pushedAtMs).toBe(1000);
    expect(exists.get('a:v3')).not.toHaveProperty('pushedAtMs');
    expect(exists.get('a@A')?.pushedAtMs).toBe(2000);
  });

  test('of pushes that cannot be read keep the tag', async () => {
    const { registry, world, script } = open();
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('pushTimes', unavailable);
    const { holds, exists } = await survey(registry, {}, { pushTimes: true });
    expect(holds.get('a:v1')).toContain('it is down');
    expect(exists.get('a:v1')).toHaveProperty('digest');
  });
});

describe('what could not be seen', () => {
  const hidden = (gaps: readonly Gap[]) => gaps.map(({ scope, hides }) => `${scope} ${hides}`);

  test('a registry that says nothing at all is an error', async () => {
    const { registry, script } = open();
    script.fail('capabilities', unavailable);
    await expect(survey(registry)).rejects.toBe(unavailable);
  });

  test('so is one that lists no repositories', async () => {
    const { registry } = open({ catalog: false });
    await expect(survey(registry)).rejects.toMatchObject({ code: 'REGISTRY_NO_CATALOG' });
    expect((await survey(registry, {}, { repositories: ['a'] })).gaps).toEqual([]);
  });

  test('a list of repositories that breaks off is a gap in all of the registry, and what was listed is surveyed', async () => {
    const { registry, world, script } = open();
    for (const name of ['a', 'b', 'c']) putImage(world, name, { tags: ['v1'] });
    script.fail('repositories', unavailable, { afterEntries: 2 });
    const { gaps, of } = await survey(registry);
    expect(gaps).toEqual([
      {
        scope: 'registry.test',
        hides: 'existence',
        source: 'registry registry.test',
        cause: 'it is down',
        hint: 'wait',
      },
    ]);
    expect(of(TAG)).toEqual(['a:v1', 'b:v1']);
  });

  test('a list of tags that fails is a gap in its repository alone', async () => {
    const { registry, world, script } = open();
    for (const name of ['a', 'b']) putImage(world, name, { tags: ['v1', 'v2'] });
    script.fail('tags', unavailable, { when: (name) => name === 'a', afterEntries: 1 });
    const { gaps, of } = await survey(registry);
    expect(hidden(gaps)).toEqual(['registry.test/a existence', 'registry.test/a references']);
    expect(of(TAG)).toEqual(['a:v1', 'b:v1', 'b:v2']);
    expect(gaps.some(({ scope }) => covers(scope, 'registry.test/b'))).toBe(false);
  });

  test('a damaged manifest is a gap, and stays with its tags', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a', { tags: ['v1'] });
    const B = putImage(world, 'a', { tags: ['v2'], label: 'B' });
    damage(world, 'a', A.digest);
    const { gaps, holds, refers, exists } = await survey(registry, { A, B });
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
    expect(holds.get('a:v1')).toBe('its manifest could not be read');
    expect(holds.has('a:v2')).toBe(false);
    expect([...refers]).toContain('a:v2 -tag-> a@B');
    expect(exists.has('a:v1')).toBe(true);
  });

  test('a manifest that is too large, but is named by HEAD, stays, and its tag is known', async () => {
    const { registry, world, script } = open();
    const A = putImage(world, 'a', { tags: ['v1'] });
    script.fail('manifest', new CodedError('REGISTRY_TOO_LARGE', 'too large'));
    const { gaps, holds, refers } = await survey(registry, { A });
    expect([...refers]).toContain('a:v1 -tag-> a@A');
    expect([...holds]).toEqual([
      ['a:v1', 'its manifest could not be read'],
      ['a@A', 'it could not be read'],
    ]);
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
  });

  test('a child that cannot be read is a gap, and stays', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a');
    const I = putIndex(world, 'a', [A], { tags: ['v1'] });
    damage(world, 'a', A.digest);
    const { gaps, holds } = await survey(registry, { A, I });
    expect([...holds]).toEqual([['a@A', 'it could not be read']]);
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
  });

  test('a manifest with a malformed descriptor stays with its tag, and is a gap', async () => {
    const { registry, world } = open();
    const body = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [{ digest: 'sha256:short', size: 1 }] };
    const X = putManifest(world, 'a', body, ['v1']);
    const { gaps, holds } = await survey(registry, { X });
    expect([...holds.keys()].sort()).toEqual(['a:v1', 'a@X']);
    expect(gaps[0]?.cause).toContain('a descriptor in it is malformed');
  });

  test('referrers that cannot be listed are a gap', async () => {
    const { registry, world, script } = open({ referrersApi: true });
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('referrers', unavailable);
    expect(hidden((await survey(registry)).gaps)).toEqual(['registry.test/a references']);
  });

  test('a tag that went between the list and the look is no gap: a second list says so', async () => {
    const { registry, world, script } = open();
    putImage(world, 'a', { tags: ['v1', 'v2'] });
    script.before('manifest', () => void world.repository('a').tags.delete('v2'), { when: (_, tag) => tag === 'v2' });
    const { gaps, holds, of } = await survey(registry);
    expect([...gaps, ...holds]).toEqual([]);
    expect(of(TAG)).toEqual(['a:v1']);
    expect(script.count('tags')).toBe(2);
  });

  test('a tag that came back meanwhile is taken as it is now', async () => {
    const { registry, world, script } = open();
    const A = putImage(world, 'a', { tags: ['v1'] });
    script.before('manifest', () => void world.repository('a').tags.delete('v1'), { nth: 1 });
    script.before('tags', () => void world.repository('a').tags.set('v1', A.digest), { nth: 2 });
    const { gaps, refers } = await survey(registry, { A });
    expect(gaps).toEqual([]);
    expect([...refers]).toContain('a:v1 -tag-> a@A');
  });

  test('a tag that is listed and never found is a gap, and stays', async () => {
    const { registry, world } = open();
    putImage(world, 'a', { tags: ['v1'] });
    world.repository('a').tags.set('dangling', digestOf(Buffer.from('nowhere')));
    const { gaps, holds, exists } = await survey(registry);
    expect(hidden(gaps)).toEqual(['registry.test/a existence']);
    expect([...holds.keys()]).toEqual(['a:dangling']);
    expect(exists.has('a:dangling')).toBe(true);
  });

  test('a name in the list that is no tag is a gap; a digest is a manifest without a tag', async () => {
    const { registry, world } = open();
    const A = putImage(world, 'a');
    world.repository('a').tags.set(A.digest, A.digest);
    world.repository('a').tags.set('no tag', A.digest);
    const { gaps, of } = await survey(registry, { A });
    expect(hidden(gaps)).toEqual(['registry.test/a existence']);
    expect(of(/^[^ ]*[@:]/)).toEqual(['a@A']);
  });

  test('a mistake of ours is not taken for a gap', async () => {
    const { registry, world, script } = open();
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('manifest', new TypeError('a bug'));
    await expect(survey(registry)).rejects.toThrow('a bug');
  });
});

describe('a survey that is stopped', () => {
  test.each(['capabilities', 'repositories', 'tags', 'manifest', 'referrers', 'blob', 'pushTimes'] as const)(
    'ends with the reason, while it waits for %s',
    async (verb) => {
      const { registry, world, script } = open({ referrersApi: true });
      for (const name of ['a', 'b']) putImage(world, name, { tags: ['v1', 'v2'] });
      script.hang(verb);
      const stop = new AbortController();
      const notes = notebook({});
      const options = { readCreated: () => true, pushTimes: true };
      const surveying = registrySource(registry, options).survey(notes.sink, stop.signal);
      const reason = new CodedError('LEASE_LOST', 'stopped');
      setTimeout(() => stop.abort(reason), 20);
      await expect(surveying).rejects.toBe(reason);
      expect(notes.gaps).toEqual([]);
    },
  );
});
