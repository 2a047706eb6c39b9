import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWorld } from '../../src/demo/world/describe-world.ts';
import { writeStore } from '../../src/demo/world/write-store.ts';
import { collectEvidence } from '../../src/evidence/evidence.ts';
import { edgeKinds } from '../../src/evidence/sink.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { blobPath, storeRoot } from '../../src/oci/distribution-layout.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { openReader } from '../../src/systems/store/distribution-fs/reader.ts';
import { storePlace } from '../../src/systems/store/distribution-fs/store-place.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { pushCosignSignature, pushImage, pushIndex, pushReferrer, pushTag } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { bundle } from '../support/run-typescript.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const { signal } = new AbortController();

/** Surveys a store with threads, and finds the blobs that no manifest of any repository leads to. */
async function survey(folder: string) {
  const walkerFile = await bundle(join(import.meta.dirname, '../../src/systems/store/distribution-fs/walker.ts'));
  const reader = openReader(storePlace(folder), { walkerFile });
  const { sink, evidence } = collectEvidence();
  await reader.source({}).survey(sink, signal);
  const { resources, edges } = evidence;
  const ids = Array.from({ length: resources.size }, (_, id) => id).filter((id) => evidence.exists(id));
  const of = (kind: string) => ids.filter((id) => resources.kind(id) === kind);
  const named = (id: number) => `${resources.scope(id).slice(reader.name.length + 1)} ${resources.key(id)}`;

  const marked = new Set(of('manifest'));
  for (let before = -1; before !== marked.size; ) {
    before = marked.size;
    for (let n = 0; n < edges.length; n += 1) {
      const kind = edgeKinds[edges.kinds[n]!]!;
      if (['subject', 'referrer-tag'].includes(kind)) continue;
      if (marked.has(edges.from[n]!)) marked.add(edges.to[n]!);
      if (kind === 'alias' && marked.has(edges.to[n]!)) marked.add(edges.from[n]!);
    }
  }
  return {
    blobs: of('blob').map((id) => resources.key(id)),
    manifests: of('manifest').map(named),
    tags: of('tag').map((id) => `${named(id)} ${evidence.about(id).digest}`),
    unmarked: of('blob')
      .filter((id) => !marked.has(id))
      .map((id) => resources.key(id)),
    content: Array.from({ length: edges.length }, (_, n) => n)
      .filter((n) => resources.kind(edges.from[n]!) === 'blob' && edgeKinds[edges.kinds[n]!] !== 'alias')
      .map((n) => `${resources.key(edges.from[n]!)} ${edgeKinds[edges.kinds[n]!]} ${resources.key(edges.to[n]!)}`),
    gaps: evidence.gaps,
  };
}

test('reads the demo’s world as a plain look at every file does', async () => {
  const folder = makeTempFolder('demo');
  const world = describeWorld({ seed: 'reader', now: new Date('2026-03-01T12:00:00Z') });
  await writeStore(world, folder, signal);

  const paths = readdirSync(storeRoot(folder), { recursive: true, encoding: 'utf8' });
  const found = (pattern: RegExp) => paths.map((path) => pattern.exec(path)).filter((match) => match !== null);
  const revisions = found(/^repositories\/(.+)\/_manifests\/revisions\/(sha256)\/([0-9a-f]+)\/link$/);
  const manifests = [...new Set(revisions.map(([, , , hex]): Digest => `sha256:${hex}`))];
  const content = manifests.flatMap((digest) => {
    const { references } = parseManifest(readFileSync(blobPath(storeRoot(folder), digest)), '');
    return references.filter(({ as }) => as !== 'subject').map(({ as, to }) => `${digest} ${as} ${to.digest}`);
  });
  const tags = found(/^repositories\/(.+)\/_manifests\/tags\/([^/]+)\/current\/link$/).map(
    ([path, repository, tag]) => `${repository} ${tag} ${readFileSync(join(storeRoot(folder), path), 'utf8')}`,
  );

  const said = await survey(folder);
  expect(said.gaps).toEqual([]);
  expect(said.blobs.sort()).toEqual(
    found(/^blobs\/sha256\/..\/([0-9a-f]+)\/data$/)
      .map(([, hex]) => `sha256:${hex}`)
      .sort(),
  );
  expect(said.manifests.sort()).toEqual(revisions.map(([, repository, , hex]) => `${repository} sha256:${hex}`).sort());
  expect(said.tags.sort()).toEqual(tags.sort());
  expect(said.content.filter((edge) => !edge.includes(' opaque ')).sort()).toEqual(
    [...new Set(content)].filter((edge) => !edge.includes(' opaque ')).sort(),
  );
  expect(said.content).toEqual(expect.arrayContaining(content));
});

describeReal('the store of a real registry', ['docker-registry'], () => {
  test('has the same unused blobs as the registry’s own collector finds', async () => {
    const server = await startDockerRegistry();
    const { url, folder } = server;
    const amd = await pushImage(url, 'team/app', { label: 'amd', layers: ['base', 'amd'] });
    const arm = await pushImage(url, 'team/app', { label: 'arm', layers: ['base', 'arm'], docker: true });
    await pushIndex(url, 'team/app', [amd, arm], { tag: 'v1' });
    await pushReferrer(url, 'team/app', amd, { content: 'an SBOM' });
    await pushCosignSignature(url, 'team/app', amd);
    const gone = await pushImage(url, 'team/app/nested', { label: 'gone', layers: ['base', 'gone'] });
    await pushTag(url, 'team/app/nested', 'old', gone);
    await pushImage(url, 'team/app/nested', { tag: 'new', label: 'new', layers: ['new'] });
    await fetch(`${url}/v2/team/app/nested/manifests/${gone.digest}`, { method: 'DELETE' });
    await server.stop();

    const said = await survey(folder);
    const own = [...(await server.garbageCollect({ dryRun: true })).matchAll(/^blob eligible for deletion: (\S+)$/gm)];
    expect(own.length).toBe(3); // its manifest, its config, the layer that nobody else has
    expect(said.unmarked.sort()).toEqual(own.map(([, digest]) => digest).sort());
    expect(said.gaps).toEqual([]);
  });
});
