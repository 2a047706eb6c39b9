import { describe, expect, test } from 'vitest';
import { MANIFEST, openWorld, surveyInto } from '../../../test/support/survey-notebook.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { digestOf } from './content-digest.ts';
import { putImage, putIndex, putManifest, putReferrer } from './memory/build.ts';

describe('the survey of a registry', () => {
  test('states tags, manifests, config and layers, with sizes', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { tags: ['v1', 'latest'], layers: ['one', 'three'] });
    const { exists, refers, gaps, holds } = await surveyInto(registry, {
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
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { label: 'A' });
    const B = putImage(world, 'b', { label: 'B' });
    const inner = putIndex(world, 'a', [A]);
    const outer = putIndex(world, 'a', [inner, B], { tags: ['v1'] });
    const { of, refers, gaps } = await surveyInto(registry, { A, B, inner, outer }, { repositories: ['a'] });
    expect(of(MANIFEST)).toEqual(['a@A', 'a@inner', 'a@outer']);
    expect([...refers]).toEqual(
      expect.arrayContaining(['a@outer -child-> a@inner', 'a@outer -child-> a@B', 'a@inner -child-> a@A']),
    );
    expect(gaps).toEqual([]);
  });

  test('takes what an index lists under an unknown type for a blob, too', async () => {
    const { registry, world } = openWorld();
    const layer = {
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digestOf(Buffer.from('x')),
      sizeBytes: 9,
    };
    const cache = putIndex(world, 'a', [layer], { tags: ['cache'] });
    const { of, refers } = await surveyInto(registry, { cache, layer });
    expect(of(/blob/)).toEqual(['blob layer']);
    expect([...refers]).toEqual(expect.arrayContaining(['a@cache -child-> a@layer', 'a@cache -child-> blob layer']));
  });

  test('finds referrers by their own subject, and looks at a subject that has no tag', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a');
    const S = putReferrer(world, 'a', A, { tags: ['sbom'] });
    const { of, refers } = await surveyInto(registry, { A, S });
    expect([...refers]).toContain('a@S -subject-> a@A');
    expect(of(MANIFEST)).toEqual(['a@A', 'a@S']);
  });

  test('finds referrers without a tag by the Referrers API, and theirs', async () => {
    const { registry, world } = openWorld({ referrersApi: true });
    const A = putImage(world, 'a', { tags: ['v1'] });
    const S = putReferrer(world, 'a', A);
    const T = putReferrer(world, 'a', S, { text: 'signature of the sbom' });
    const { of, refers } = await surveyInto(registry, { A, S, T });
    expect([...refers]).toEqual(expect.arrayContaining(['a@S -subject-> a@A', 'a@T -subject-> a@S']));
    expect(of(MANIFEST)).toEqual(['a@A', 'a@S', 'a@T']);
  });

  test('does not ask for referrers where there is no such API', async () => {
    const { registry, world, script } = openWorld();
    putImage(world, 'a', { tags: ['v1'] });
    await surveyInto(registry);
    expect(script.count('referrers')).toBe(0);
  });

  test('ties a tag that is named for a manifest to it, whether that is there or not', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { label: 'untagged' });
    const gone = { mediaType: '', digest: digestOf(Buffer.from('gone')), sizeBytes: 0 };
    const signature = `${A.digest.replace(':', '-')}.sig`;
    const fallback = gone.digest.replace(':', '-');
    putImage(world, 'a', { tags: [signature], label: 'signature' });
    putIndex(world, 'a', [], { tags: [fallback] });
    const { refers, of } = await surveyInto(registry, { A, gone });
    expect([...refers]).toEqual(
      expect.arrayContaining([`a:${signature} -referrer-tag-> a@A`, `a:${fallback} -referrer-tag-> a@gone`]),
    );
    expect(of(/@A$/)).toEqual(['a@A']);
    expect(of(/@gone$/)).toEqual([]);
  });

  test('pins all that an unknown manifest could name, and looks whether it is a manifest', async () => {
    const { registry, world } = openWorld();
    const A = putImage(world, 'a', { label: 'A' });
    const text = JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.example.v9+json', parts: [A.digest] });
    const X = putManifest(world, 'a', text, ['odd'], 'application/vnd.example.v9+json');
    const { refers, of, gaps } = await surveyInto(registry, { A, X });
    expect([...refers]).toEqual(expect.arrayContaining(['a@X -opaque-> a@A', 'a@X -opaque-> blob A']));
    expect(of(MANIFEST)).toEqual(['a@A', 'a@X']);
    expect(gaps).toEqual([]);
  });

  test('does not look for manifests in the old format, which names layers only', async () => {
    const { registry, world, script } = openWorld();
    const layer = digestOf(Buffer.from('layer'));
    const text = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: layer }] });
    const X = putManifest(world, 'a', text, ['old'], mediaTypes.dockerSchema1);
    const { refers, gaps } = await surveyInto(registry, { X });
    expect([...refers]).toContain(`a@X -opaque-> blob ${layer}`);
    expect(script.count('manifest')).toBe(1);
    expect(gaps).toEqual([]);
  });

  test('does not take foreign layers for something that lies here', async () => {
    const { registry, world } = openWorld();
    const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(Buffer.from('c')), size: 1 };
    const layer = {
      mediaType: mediaTypes.ociLayer,
      digest: digestOf(Buffer.from('l')),
      size: 9,
      urls: ['https://cdn.test/l'],
    };
    const body = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
    putManifest(world, 'a', body, ['v1']);
    const { of, refers } = await surveyInto(registry);
    expect(of(/^blob/)).toEqual([`blob ${config.digest}`]);
    expect([...refers].join()).toContain(`-layer-> blob ${layer.digest}`);
  });

  test('reports repositories without tags', async () => {
    const { registry, world } = openWorld();
    putImage(world, 'empty');
    const { exists } = await surveyInto(registry);
    expect([...exists.keys()]).toEqual(['repository empty']);
  });

  test('keeps to the repositories that are wanted', async () => {
    const { registry, world } = openWorld();
    for (const name of ['a', 'b', 'c']) putImage(world, name, { tags: ['v1'] });
    expect((await surveyInto(registry, {}, { repositories: ['b', 'none'] })).of(/^repository|^[^@ ]+:/)).toEqual([
      'b:v1',
      'repository b',
    ]);
    const notA = await surveyInto(registry, {}, { repositories: (repository) => repository !== 'a' });
    expect(notA.of(/^repository/)).toEqual(['repository b', 'repository c']);
    expect(notA.gaps).toEqual([]);
  });

  test('fetches each manifest that only others name once, and each tag once', async () => {
    const { registry, world, script } = openWorld();
    const base = putImage(world, 'a', { label: 'base' });
    for (let n = 0; n < 20; n += 1) putIndex(world, 'a', [base], { tags: [`v${n}`], annotations: { n: String(n) } });
    await surveyInto(registry);
    expect(script.count('manifest')).toBe(21);
    expect(script.count('resolve')).toBe(0);
  });

  test('counts what it has done', async () => {
    const { registry, world } = openWorld();
    putImage(world, 'a', { tags: ['v1', 'v2'] });
    putImage(world, 'b', { tags: ['v1'] });
    const said: unknown[] = [];
    await surveyInto(registry, {}, { onProgress: (done) => void said.push(done) });
    expect(said.at(-1)).toEqual({ repositories: 2, tags: 3, manifests: 2 });
  });

  test('keeps to its number of requests at a time', async () => {
    const { registry, world, script } = openWorld();
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
    await surveyInto(registry, {}, { concurrency: 3 });
    expect(most).toBe(3);
  });
});
