import { describe, expect, test } from 'vitest';
import { type Digest, digestsIn } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import { describeBulk } from './bulk.ts';
import { describeWorld } from './describe-world.ts';
import { type Fates, judge } from './fates.ts';
import type { World, WorldManifest } from './world.ts';

const now = new Date('2026-11-20T12:00:00Z');
const demo = describeWorld({ seed: 'demo', now });
const fates = judge(demo);

const repository = (name: string) => {
  const found = demo.repositories.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const manifest = (name: string, tag: string): WorldManifest => {
  const digest = repository(name).tags.find((one) => one.name === tag)?.digest;
  return byDigest(name, digest as Digest);
};
const byDigest = (name: string, digest: Digest): WorldManifest =>
  repository(name).manifests.find((one) => one.digest === digest) as WorldManifest;
const fingerprint = (world: World) =>
  sha256Hex(JSON.stringify([world.repositories, world.records, [...world.blobs.keys()]]));
const why = (wanted: Fates['tags'][number]['because'], among = fates) =>
  among.tags.filter(({ because }) => because === wanted);

describe('the world', () => {
  test('is the same for the same seed and time, and another for another', () => {
    expect(fingerprint(describeWorld({ seed: 'demo', now }))).toBe(fingerprint(demo));
    expect(fingerprint(describeWorld({ seed: 'other', now }))).not.toBe(fingerprint(demo));
    expect(fingerprint(describeWorld({ seed: 'demo', now: new Date(now.getTime() + 1000) }))).not.toBe(
      fingerprint(demo),
    );
  });

  test('is a small company: some 300 tags in 16 repositories', () => {
    const tags = demo.repositories.flatMap((one) => one.tags);

    expect(demo.repositories).toHaveLength(16);
    expect(tags.length).toBeGreaterThanOrEqual(290);
    expect(tags.length).toBeLessThanOrEqual(340);
    expect(new Set(demo.repositories.map((one) => one.class))).toEqual(
      new Set(['transient', 'retained', 'protected', 'unknown']),
    );
  });

  test.each(Array.from({ length: 6 }, (_, n) => `seed ${n}`))('holds for any seed: %s', (seed) => {
    const world = describeWorld({ seed, now });
    const { tags } = judge(world);

    for (const because of [
      'active-record',
      'inactive-record',
      'no-record',
      'unknown-status',
      'follows-subject',
    ] as const)
      expect(tags.some((fate) => fate.because === because)).toBe(true);
    expect(tags.filter(({ onlyByTag }) => onlyByTag)).toHaveLength(2);
  });

  test('names nothing that is not there: content has its digest, its size, and stands before what names it', () => {
    for (const { manifests, tags } of demo.repositories) {
      const seen = new Set<Digest>();
      for (const { digest, bytes, mediaType, blobs, children, subject } of manifests) {
        expect(`sha256:${sha256Hex(bytes)}`).toBe(digest);
        const parsed = parseManifest(bytes, mediaType);
        for (const { as, to } of parsed.references.filter(({ foreign }) => !foreign)) {
          const size =
            demo.blobs.get(to.digest)?.byteLength ??
            manifests.find((one) => one.digest === to.digest)?.bytes.byteLength;
          expect(size).toBe(to.sizeBytes);
          if (as === 'child') expect(seen).toContain(to.digest);
        }
        if (parsed.kind !== 'opaque')
          expect(new Set([...blobs, ...children, ...(subject === undefined ? [] : [subject])])).toEqual(
            new Set(parsed.references.map(({ to }) => to.digest)),
          );
        seen.add(digest);
      }
      for (const { digest, earlier } of tags) for (const one of [...earlier, digest]) expect(seen).toContain(one);
    }
  });

  test('was made in the 180 days before now, and nothing of it after', () => {
    const oldest = now.getTime() - 181 * 86_400_000;
    const created = [...demo.blobs.values()]
      .filter((bytes) => bytes.byteLength < 20_000)
      .map((bytes) => /"created":"(2\d{3}[^"]+)"/.exec(Buffer.from(bytes).toString('latin1'))?.[1])
      .filter((text) => text !== undefined)
      .map((text) => Date.parse(text));
    const pushed = demo.repositories.flatMap((one) =>
      [...one.manifests, ...one.tags].map(({ pushedAt }) => pushedAt.getTime()),
    );

    expect(created.length).toBeGreaterThan(250);
    for (const time of [...created, ...pushed]) {
      expect(time).toBeGreaterThan(oldest);
      expect(time).toBeLessThanOrEqual(now.getTime());
    }
    expect(Math.max(...created) - Math.min(...created)).toBeGreaterThan(150 * 86_400_000);
  });

  test('shares base layers all over the registry', () => {
    const users = new Map<Digest, Set<string>>();
    for (const { name, manifests } of demo.repositories)
      for (const { blobs } of manifests)
        for (const blob of blobs) users.set(blob, (users.get(blob) ?? new Set()).add(name));

    expect(Math.max(...[...users.values()].map((names) => names.size))).toBeGreaterThanOrEqual(8);
  });
});

describe('what tools have been known to get wrong', () => {
  test('ten tags of one retired digest', () => {
    const siblings = fates.tags.filter(({ tag }) => tag.startsWith('tls-rotation-v'));

    expect(siblings.map(({ fate, onlyByTag }) => [fate, onlyByTag])).toEqual(Array(10).fill(['goes', false]));
    expect(new Set(siblings.map(({ digest }) => digest)).size).toBe(1);
  });

  test('an image with a retired and a live tag, and a retired tag on one half of a live index', () => {
    const alone = fates.tags.filter(({ onlyByTag }) => onlyByTag);
    const [shared, half] = alone;

    expect(alone.map(({ repository: name }) => name)).toEqual(['opschain/change', 'opschain/step-runner']);
    expect(fates.tags.filter(({ digest, fate }) => digest === shared?.digest && fate === 'stays')).toHaveLength(1);
    expect(manifest('opschain/step-runner', half?.tag.replace(/-amd64$/, '') ?? '').children).toContain(half?.digest);
  });

  test('an index of indexes', () => {
    const outer = manifest('limepoint/opschain-runner', '2026-all');
    const inner = outer.children.map((digest) => byDigest('limepoint/opschain-runner', digest));

    expect(inner.map(({ mediaType, children }) => [mediaType, children.length])).toEqual([
      [mediaTypes.ociIndex, 2],
      [mediaTypes.ociIndex, 2],
    ]);
  });

  test("Docker's own formats", () => {
    expect(manifest('opschain/agent-task', 'task-legacy01').mediaType).toBe(mediaTypes.dockerManifest);
    const list = manifest('agents/java-build', '8-legacy');
    expect(list.mediaType).toBe(mediaTypes.dockerList);
    expect(list.children.map((digest) => byDigest('agents/java-build', digest).mediaType)).toEqual(
      Array(2).fill(mediaTypes.dockerManifest),
    );
  });

  test('a manifest of an unknown type that names a layer and another manifest', () => {
    const { bytes, mediaType } = manifest('sandbox/experiments', 'wasm-bundle');
    const named = digestsIn(Buffer.from(bytes).toString());

    expect(parseManifest(bytes, mediaType).kind).toBe('opaque');
    expect(named.map((digest) => demo.blobs.has(digest))).toEqual([true, false]);
    expect(byDigest('sandbox/experiments', named[1] as Digest).mediaType).toBe(mediaTypes.ociManifest);
  });

  test('a layer by sha512', () => {
    expect(manifest('agents/database', '19-wallet').blobs.some((digest) => digest.startsWith('sha512:'))).toBe(true);
  });

  test('signatures, attestations and SBOMs of live and of retired images, one with a fallback tag', () => {
    const tags = demo.repositories.flatMap(({ tags: all }) => all).map(({ name }) => parseReferrerTag(name)?.as);
    const count = (as: string) => tags.filter((tag) => tag === as).length;

    expect([count('signature'), count('attestation'), count('fallback')]).toEqual([7, 5, 1]);
    expect(new Set(why('follows-subject').map(({ fate }) => fate))).toEqual(new Set(['goes', 'stays']));
    expect(new Set(fates.referrers.map(({ fate }) => fate))).toEqual(new Set(['goes', 'stays']));
  });

  test('records that have no say, or that nobody understands', () => {
    const ruled = new Set(demo.records.map(({ repository: name, tag }) => `${name}:${tag}`));
    const overruled = fates.tags.filter(({ repository: name, tag, because }) => {
      return (
        ruled.has(`${name}:${tag}`) && ['retained', 'protected-repository', 'unknown-repository'].includes(because)
      );
    });
    const tags = new Set(fates.tags.map(({ repository: name, tag }) => `${name}:${tag}`));

    expect(new Set(overruled.map(({ because }) => because)).size).toBe(3);
    expect(why('unknown-status').map(({ repository: name }) => name)).toEqual(Array(3).fill('opschain/migration'));
    expect([...ruled].filter((name) => !tags.has(name))).toEqual(['opschain/change:change-00000000']);
  });
});

describe('a larger world', () => {
  test('has fifty repositories of a hundred tags more with each step of the scale', () => {
    const twice = describeWorld({ seed: 'demo', now, scale: 2 });

    expect(twice.repositories).toHaveLength(demo.repositories.length + 50);
    expect(twice.repositories.at(-1)?.tags).toHaveLength(100);
    expect(sha256Hex(JSON.stringify(twice.repositories.slice(0, 16)))).toBe(
      sha256Hex(JSON.stringify(demo.repositories)),
    );
  });

  test('refuses a scale below 1', () => {
    expect(() => describeWorld({ seed: 'demo', now, scale: 0.5 })).toThrow(RangeError);
  });

  test('can be had alone; of ten tags seven go, two stay for a record and one stays without', () => {
    const { tags } = judge(describeBulk({ seed: 'bulk', now, repositories: 3, tagsPerRepository: 10 }));

    expect(tags).toHaveLength(30);
    expect(new Set(tags.map(({ digest }) => digest)).size).toBe(30);
    expect(tags.filter(({ fate }) => fate === 'goes')).toHaveLength(21);
    expect(tags.filter(({ because }) => because === 'no-record')).toHaveLength(3);
  });
});
