import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import { formatResource } from '../../src/evidence/resource.ts';
import { edgeKinds } from '../../src/evidence/sink.ts';
import { openRegistry } from '../../src/systems/registry/index.ts';
import { registrySource, type SurveyOptions } from '../../src/systems/registry/survey.ts';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { pushCosignSignature, pushImage, pushIndex, pushReferrer, pushTag } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';

const { signal } = new AbortController();

/** Looks at a registry, and reads the evidence back in words, without the host. */
async function survey(server: DockerRegistry, options: SurveyOptions = {}) {
  const registry = await openRegistry({ url: server.url, retries: 1 }, signal);
  const { sink, evidence } = collectEvidence();
  await registrySource(registry, options).survey(sink, signal);
  await registry.close();
  const word = (id: number) => formatResource(evidence.resources.at(id)).replace(`${server.host}/`, '');
  const ids = Array.from({ length: evidence.resources.size }, (_, id) => id);
  const edges = evidence.edges;
  return {
    there: ids.filter((id) => evidence.exists(id)).map(word),
    about: (thing: string) => evidence.about(ids.find((id) => word(id) === thing)!),
    edges: Array.from({ length: edges.length }, (_, n) =>
      [word(edges.from[n]!), edgeKinds[edges.kinds[n]!], word(edges.to[n]!)].join(' '),
    ),
    held: Array.from({ length: evidence.holds.length }, (_, n) => word(evidence.holds.resources[n]!)),
    gaps: evidence.gaps.map(({ scope, hides }) => `${scope.replace(`${server.host}/`, '')} ${hides}`),
  };
}

describeReal('the survey of a real registry', ['docker-registry'], () => {
  let server: DockerRegistry;
  const blobFile = (digest: string) =>
    join(server.folder, 'docker/registry/v2/blobs', digest.replace(':', `/${digest.slice(7, 9)}/`), 'data');
  beforeAll(async () => {
    server = await startDockerRegistry();
  });

  test('sees indexes, untagged children, referrers and signatures', async () => {
    const amd = await pushImage(server.url, 'multi', { label: 'amd', created: new Date('2024-05-01T00:00:00Z') });
    const arm = await pushImage(server.url, 'multi', {
      label: 'arm',
      created: new Date('2024-06-01T00:00:00Z'),
      docker: true,
    });
    const inner = await pushIndex(server.url, 'multi', [arm]);
    const outer = await pushIndex(server.url, 'multi', [amd, inner], { tag: 'v1', docker: true });
    await pushTag(server.url, 'multi', 'latest', outer);
    const sbom = await pushReferrer(server.url, 'multi', amd, { fallbackTag: true });
    const signature = await pushCosignSignature(server.url, 'multi', outer);

    const seen = await survey(server, { repositories: ['multi'], readCreated: () => true });
    const fallback = amd.digest.replace(':', '-');
    expect(seen.there).toEqual(
      expect.arrayContaining([
        ...['multi:v1', 'multi:latest', `multi:${fallback}`, `multi:${signature.tag}`],
        ...[outer, inner, amd, arm, sbom, signature].map(({ digest }) => `multi@${digest}`),
        ...[amd.config, arm.config, ...amd.layers].map(({ digest }) => `blobs/${digest}`),
      ]),
    );
    expect(seen.edges).toEqual(
      expect.arrayContaining([
        `multi:v1 tag multi@${outer.digest}`,
        `multi:latest tag multi@${outer.digest}`,
        `multi@${outer.digest} child multi@${inner.digest}`,
        `multi@${inner.digest} child multi@${arm.digest}`,
        `multi@${amd.digest} config blobs/${amd.config.digest}`,
        `multi@${sbom.digest} subject multi@${amd.digest}`,
        `multi:${fallback} referrer-tag multi@${amd.digest}`,
        `multi:${signature.tag} referrer-tag multi@${outer.digest}`,
      ]),
    );
    expect(seen.about('multi:v1')).toMatchObject({ digest: outer.digest, createdAtMs: Date.UTC(2024, 5) });
    expect(seen.about(`multi@${amd.digest}`)).toEqual({ sizeBytes: amd.size, createdAtMs: Date.UTC(2024, 4) });
    expect([...seen.gaps, ...seen.held]).toEqual([]);
  });

  test('goes through a catalog of several pages', async () => {
    const own = await startDockerRegistry({ settings: { catalog: { maxentries: 3 } } });
    const names = Array.from({ length: 8 }, (_, n) => `nest/${n % 2}/app${n}`);
    for (const name of names) await pushImage(own.url, name, { tag: 'v1' });
    const seen = await survey(own);
    expect(seen.there.filter((thing) => thing.endsWith(':v1')).sort()).toEqual(
      names.map((name) => `${name}:v1`).sort(),
    );
    expect(seen.gaps).toEqual([]);
  });

  test('holds what lies damaged on the disk, and tells the gap', async () => {
    const damaged = await pushImage(server.url, 'damaged', { tag: 'v1', label: 'damaged' });
    const whole = await pushImage(server.url, 'damaged', { tag: 'v2', label: 'whole' });
    expect(existsSync(blobFile(damaged.digest))).toBe(true);
    writeFileSync(
      blobFile(damaged.digest),
      Buffer.from(damaged.bytes).toString('utf8').replace('schemaVersion', 'schemaVersiom'),
    );
    const seen = await survey(server, { repositories: ['damaged'] });
    expect(seen.gaps).toEqual(['damaged references']);
    expect(seen.held).toContain('damaged:v1');
    expect(seen.held).not.toContain('damaged:v2');
    expect(seen.edges).toContain(`damaged:v2 tag damaged@${whole.digest}`);
  });

  test('tells of a tag that points at nothing, and the gap that it is, and names nothing behind it', async () => {
    const image = await pushImage(server.url, 'dangling', { tag: 'v1', label: 'dangling' });
    await pushImage(server.url, 'dangling', { tag: 'v2', label: 'other' });
    const revision = `_manifests/revisions/${image.digest.replace(':', '/')}`;
    rmSync(join(server.folder, 'docker/registry/v2/repositories/dangling', revision), { recursive: true });
    const seen = await survey(server, { repositories: ['dangling'] });
    expect(seen.gaps).toEqual(['dangling existence']);
    expect(seen.there).toContain('dangling:v1');
    expect(seen.edges.filter((edge) => edge.startsWith('dangling:v1 '))).toEqual([]);
  });

  test('reports a repository whose content was all deleted', async () => {
    const own = await startDockerRegistry();
    const image = await pushImage(own.url, 'emptied', { tag: 'v1' });
    const registry = await openRegistry({ url: own.url }, signal);
    await registry.deleteManifest('emptied', image.digest as `sha256:${string}`, signal);
    await registry.close();
    expect((await survey(own)).there).toEqual(
      [`repository ${own.host}/emptied`].map((one) => one.replace(`${own.host}/`, '')),
    );
  });

  test('of a registry that went down on the way is a gap in what was not reached', async () => {
    const own = await startDockerRegistry();
    for (let n = 0; n < 3; n += 1) await pushImage(own.url, `r${n}`, { tag: 'v1' });
    const registry = await openRegistry({ url: own.url, retries: 0 }, signal);
    await registry.capabilities(signal);
    const { sink, evidence } = collectEvidence();
    await own.stop();
    await registrySource(registry, { repositories: ['r0', 'r1'] }).survey(sink, signal);
    expect(evidence.gaps.map(({ scope, hides }) => `${scope} ${hides}`).sort()).toEqual(
      ['r0', 'r1'].flatMap((name) => [`${own.host}/${name} existence`, `${own.host}/${name} references`]),
    );
    await registry.close();
  });
});
