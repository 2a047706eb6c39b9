import { describe, expect, test } from 'vitest';
import { openNotebook, openWorld, surveyInto, TAG } from '../../../test/support/survey-notebook.ts';
import { covers, type Gap } from '../../evidence/gap.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { digestOf } from './content-digest.ts';
import { damage, putImage, putIndex, putManifest } from './memory/build.ts';
import { registrySource } from './survey.ts';

const unavailable = new CodedError('REGISTRY_UNAVAILABLE', 'it is down', { hint: 'wait' });

describe('what could not be seen', () => {
  const hidden = (gaps: readonly Gap[]) => gaps.map(({ scope, hides }) => `${scope} ${hides}`);

  test('a registry that says nothing at all is an error', async () => {
    const { registry, script } = openWorld();
    script.fail('capabilities', unavailable);
    await expect(surveyInto(registry)).rejects.toBe(unavailable);
  });

  test('so is one that lists no repositories', async () => {
    const { registry } = openWorld({ catalog: false });
    await expect(surveyInto(registry)).rejects.toMatchObject({ code: 'REGISTRY_NO_CATALOG' });
    expect((await surveyInto(registry, {}, { repositories: ['a'] })).gaps).toEqual([]);
  });

  test('a list of repositories that breaks off is a gap in all of the registry, and what was listed is surveyed', async () => {
    const { registry, world, script } = openWorld();
    for (const name of ['a', 'b', 'c']) putImage(world, name, { tags: ['v1'] });
    script.fail('repositories', unavailable, { afterEntries: 2 });
    const { gaps, of } = await surveyInto(registry);
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
    const { registry, world, script } = openWorld();
    for (const name of ['a', 'b']) putImage(world, name, { tags: ['v1', 'v2'] });
    script.fail('tags', unavailable, { when: (name) => name === 'a', afterEntries: 1 });
    const { gaps, of } = await surveyInto(registry);
    expect(hidden(gaps)).toEqual(['registry.test/a existence', 'registry.test/a references']);
    expect(of(TAG)).toEqual(['a:v1', 'b:v1', 'b:v2']);
    expect(gaps.some(({ scope }) => covers(scope, 'registry.test/b'))).toBe(false);
  });

  test('a damaged manifest is a gap, and stays with its tags', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'] });
    const B = putImage(world, 'a', { tags: ['v2'], label: 'B' });
    damage(world, 'a', A.digest);
    const { gaps, holds, refers, exists } = await surveyInto(registry, { A, B });
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
    expect(holds.get('a:v1')).toBe('its manifest could not be read');
    expect(holds.has('a:v2')).toBe(false);
    expect([...refers]).toContain('a:v2 -tag-> a@B');
    expect(exists.has('a:v1')).toBe(true);
  });

  test('a manifest that is too large, but is named by HEAD, stays, and its tag is known', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'] });
    script.fail('manifest', new CodedError('REGISTRY_TOO_LARGE', 'too large'));
    const { gaps, holds, refers } = await surveyInto(registry, { A });
    expect([...refers]).toContain('a:v1 -tag-> a@A');
    expect([...holds]).toEqual([
      ['a:v1', 'its manifest could not be read'],
      ['a@A', 'it could not be read'],
    ]);
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
  });

  test('a child that cannot be read is a gap, and stays', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a');
    const I = putIndex(world, 'a', [A], { tags: ['v1'] });
    damage(world, 'a', A.digest);
    const { gaps, holds } = await surveyInto(registry, { A, I });
    expect([...holds]).toEqual([['a@A', 'it could not be read']]);
    expect(hidden(gaps)).toEqual(['registry.test/a references']);
  });

  test('a manifest with a malformed descriptor stays with its tag, and is a gap', async () => {
    const { registry, world } = openWorld();
    const body = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [{ digest: 'sha256:short', size: 1 }] };
    const X = putManifest(world, 'a', body, ['v1']);
    const { gaps, holds } = await surveyInto(registry, { X });
    expect([...holds.keys()].sort()).toEqual(['a:v1', 'a@X']);
    expect(gaps[0]?.cause).toContain('a descriptor in it is malformed');
  });

  test('referrers that cannot be listed are a gap', async () => {
    const { registry, world, script } = openWorld({ referrersApi: true });
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('referrers', unavailable);
    expect(hidden((await surveyInto(registry)).gaps)).toEqual(['registry.test/a references']);
  });

  test('a tag that went between the list and the look is no gap: a second list says so', async () => {
    const { registry, world, script } = openWorld();
    putImage(world, 'a', { tags: ['v1', 'v2'] });
    script.before('manifest', () => void world.repository('a').tags.delete('v2'), { when: (_, tag) => tag === 'v2' });
    const { gaps, holds, of } = await surveyInto(registry);
    expect([...gaps, ...holds]).toEqual([]);
    expect(of(TAG)).toEqual(['a:v1']);
    expect(script.count('tags')).toBe(2);
  });

  test('a tag that came back meanwhile is taken as it is now', async () => {
    const { registry, world, script } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1'] });
    script.before('manifest', () => void world.repository('a').tags.delete('v1'), { nth: 1 });
    script.before('tags', () => void world.repository('a').tags.set('v1', A.digest), { nth: 2 });
    const { gaps, refers } = await surveyInto(registry, { A });
    expect(gaps).toEqual([]);
    expect([...refers]).toContain('a:v1 -tag-> a@A');
  });

  test('a tag that is listed and never found is a gap, and exists without naming anything', async () => {
    const { registry, world } = openWorld();
    putImage(world, 'a', { tags: ['v1'] });
    world.repository('a').tags.set('dangling', digestOf(Buffer.from('nowhere')));
    const { gaps, holds, exists, refers } = await surveyInto(registry);
    expect(hidden(gaps)).toEqual(['registry.test/a existence']);
    expect([...holds.keys()]).toEqual([]);
    expect([...refers].filter((line) => line.startsWith('a:dangling'))).toEqual([]);
    expect(exists.has('a:dangling')).toBe(true);
  });

  test('a name in the list that is no tag is a gap; a digest is a manifest without a tag', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a');
    world.repository('a').tags.set(A.digest, A.digest);
    world.repository('a').tags.set('no tag', A.digest);
    const { gaps, of } = await surveyInto(registry, { A });
    expect(hidden(gaps)).toEqual(['registry.test/a existence']);
    expect(of(/^[^ ]*[@:]/)).toEqual(['a@A']);
  });

  test('a mistake of ours is not taken for a gap', async () => {
    const { registry, world, script } = openWorld();
    putImage(world, 'a', { tags: ['v1'] });
    script.fail('manifest', new TypeError('a bug'));
    await expect(surveyInto(registry)).rejects.toThrow('a bug');
  });
});

describe('a survey that is stopped', () => {
  test.each(['capabilities', 'repositories', 'tags', 'manifest', 'referrers', 'blob', 'pushTimes'] as const)(
    'ends with the reason, while it waits for %s',
    async (verb) => {
      const { registry, world, script } = openWorld({ referrersApi: true });
      for (const name of ['a', 'b']) putImage(world, name, { tags: ['v1', 'v2'] });
      script.hang(verb);
      const stop = new AbortController();
      const notes = openNotebook({});
      const options = { readCreated: () => true, pushTimes: true };
      const surveying = registrySource(registry, options).survey(notes.sink, stop.signal);
      const reason = new CodedError('LEASE_LOST', 'stopped');
      setTimeout(() => stop.abort(reason), 20);
      await expect(surveying).rejects.toBe(reason);
      expect(notes.gaps).toEqual([]);
    },
  );
});
