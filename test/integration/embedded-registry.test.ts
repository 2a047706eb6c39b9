import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { buildWorld } from '../../src/demo/world/build-world.ts';
import { describeBulk } from '../../src/demo/world/bulk.ts';
import { describeWorld } from '../../src/demo/world/describe-world.ts';
import { arm64, type Made, makeImage, makeIndex, makeLayer, type Shelf } from '../../src/demo/world/image.ts';
import { pushWorld } from '../../src/demo/world/push-world.ts';
import { randomFor } from '../../src/demo/world/random.ts';
import type { WorldSummary } from '../../src/demo/world/summary.ts';
import type { World } from '../../src/demo/world/world.ts';
import { digestsIn, hexOf } from '../../src/oci/digest.ts';
import { acceptManifests } from '../../src/oci/media-type.ts';
import { atEnd } from '../support/at-end.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { describeReal } from '../support/requirements.ts';
import { skopeo } from '../support/skopeo.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const now = new Date('2026-11-20T12:00:00Z');

async function startOwn(options: Partial<Parameters<typeof startRegistryServer>[0]> = {}) {
  const server = await startRegistryServer({ folder: makeTempFolder('embedded'), ...options });
  atEnd(() => server.close());
  return server;
}

const random = randomFor('embedded registry');
const shelf: Shelf = new Map();
const layers = ['base', 'app'].map((name) => makeLayer(shelf, random, name, 300_000));
const image = makeImage(shelf, { layers, created: now });
const index = makeIndex([image, makeImage(shelf, { layers, created: now, platform: arm64 })]);

/** An OCI image layout with one tag. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md */
function writeOciLayout(made: Made): string {
  const folder = makeTempFolder('oci-layout');
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const lay = ({ descriptor, bytes, blobs, children }: Made): void => {
    for (const child of children) lay(child);
    for (const digest of blobs) writeFileSync(join(folder, 'blobs', 'sha256', hexOf(digest)), shelf.get(digest) ?? '');
    writeFileSync(join(folder, 'blobs', 'sha256', hexOf(descriptor.digest)), bytes);
  };
  lay(made);
  const { mediaType, digest, sizeBytes } = made.descriptor;
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size: sizeBytes, annotations }] }),
  );
  return folder;
}

/** skopeo's own `dir:` format. */
function writeDir({ bytes, blobs }: Made): string {
  const folder = makeTempFolder('skopeo-dir');
  writeFileSync(join(folder, 'version'), 'Directory Transport Version: 1.1\n');
  writeFileSync(join(folder, 'manifest.json'), bytes);
  for (const digest of blobs) writeFileSync(join(folder, hexOf(digest)), shelf.get(digest) ?? '');
  return folder;
}

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describeReal('skopeo and the embedded registry', ['skopeo', 'tar'], () => {
  test.each([
    ['oci:', () => `oci:${writeOciLayout(image)}:v1`],
    ['dir:', () => `dir:${writeDir(image)}`],
  ])('pushes an image from %s and pulls it back, digest for digest', async (_, source) => {
    const { host } = await startOwn();
    const target = makeTempFolder('pulled');

    await skopeo('copy', source(), `docker://${host}/team/app:v1`);
    await skopeo('copy', `docker://${host}/team/app:v1`, `dir:${target}`);

    expect(sha256(readFileSync(join(target, 'manifest.json')))).toBe(image.descriptor.digest);
    for (const digest of image.blobs) expect(sha256(readFileSync(join(target, hexOf(digest))))).toBe(digest);
  });

  test('copies a multi-arch index with all that it names, within the registry too', async () => {
    const { host } = await startOwn();
    const target = makeTempFolder('pulled');

    await skopeo('copy', '--all', `oci:${writeOciLayout(index)}:v1`, `docker://${host}/team/app:v1`);
    await skopeo('copy', '--all', `docker://${host}/team/app:v1`, `docker://${host}/other/app:v2`);
    await skopeo('copy', '--all', `docker://${host}/other/app:v2`, `oci:${target}:v2`);

    const pulled = readdirSync(join(target, 'blobs', 'sha256'));
    const wanted = [index, ...index.children].flatMap(({ descriptor, blobs }) => [descriptor.digest, ...blobs]);
    expect(pulled.sort()).toEqual([...new Set(wanted.map(hexOf))].sort());
  });

  test('needs the password', async () => {
    const { host } = await startOwn({ credentials: { username: 'ann', password: 's3cret' } });
    const source = `oci:${writeOciLayout(image)}:v1`;

    await expect(skopeo('copy', source, `docker://${host}/app:v1`)).rejects.toThrow(/unauthorized|authentication/i);
    await skopeo('copy', '--dest-creds', 'ann:s3cret', source, `docker://${host}/app:v1`);
    const tags = await skopeo('list-tags', '--creds', 'ann:s3cret', `docker://${host}/app`);

    expect(JSON.parse(tags)).toMatchObject({ Tags: ['v1'] });
  });

  test('deletes, where deletion is on', async () => {
    const folder = makeTempFolder('embedded');
    const fixed = await startOwn({ folder, deleteEnabled: false });
    const { host } = await startOwn({ folder });
    await skopeo('copy', `oci:${writeOciLayout(image)}:v1`, `docker://${host}/app:v1`);

    await expect(skopeo('delete', `docker://${fixed.host}/app:v1`)).rejects.toThrow(/405|unsupported/i);
    await skopeo('delete', `docker://${host}/app:v1`);

    await expect(skopeo('inspect', '--raw', `docker://${host}/app:v1`)).rejects.toThrow(/manifest unknown/);
  });
});

/** The answers to HEAD for every tag, eight at a time: `repository:tag` → digest, or the status. */
async function resolveTags(url: string, tags: readonly { readonly repository: string; readonly tag: string }[]) {
  const found = new Map<string, string>();
  const queue = tags.values();
  const work = async () => {
    for (const { repository, tag } of queue) {
      const path = `/v2/${repository}/manifests/${tag}`;
      const head = await fetch(url + path, { method: 'HEAD', headers: { accept: acceptManifests } });
      found.set(`${repository}:${tag}`, head.headers.get('docker-content-digest') ?? `status ${head.status}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return found;
}

async function catalogOf(url: string): Promise<readonly string[]> {
  const answer = (await (await fetch(`${url}/v2/_catalog?n=1000`)).json()) as { repositories: string[] };
  return answer.repositories;
}

const tagsOf = (world: World) =>
  world.repositories.flatMap(({ name, tags }) =>
    tags.map(({ name: tag, digest }) => ({ repository: name, tag, digest })),
  );

const asMap = (tags: ReturnType<typeof tagsOf>) =>
  new Map(tags.map(({ repository, tag, digest }) => [`${repository}:${tag}`, digest as string]));

/** Distribution knows no other types than its own. */
const OPAQUE = 'sandbox/experiments:wasm-bundle';

describeReal("Debian's docker-registry and the demo's world", ['docker-registry', 'skopeo', 'tar'], () => {
  const folder = makeTempFolder('world');
  let summary: WorldSummary;

  beforeAll(async () => {
    summary = await buildWorld({
      folder,
      databasePath: join(makeTempFolder('records'), 'records.db'),
      seed: 'demo',
      now,
    });
  });

  test('serves the folder that the demo wrote: the same repositories, the same tags, the same digests', async () => {
    const registry = await startDockerRegistry({ folder });
    const own = await startOwn({ folder });
    const wanted = new Map(
      summary.tags.map(({ repository, tag, digest }) => [`${repository}:${tag}`, digest as string]),
    );

    expect(await resolveTags(own.url, summary.tags)).toEqual(wanted);
    const served = await resolveTags(registry.url, summary.tags);

    expect(served.get(OPAQUE)).toMatch(/^status [45]/);
    served.delete(OPAQUE);
    wanted.delete(OPAQUE);
    expect(served).toEqual(wanted);
    expect(await catalogOf(registry.url)).toEqual(await catalogOf(own.url));
  });

  test('serves whole images from it, which skopeo pulls and tar unpacks', async () => {
    const registry = await startDockerRegistry({ folder });
    const target = makeTempFolder('pulled');
    const step = summary.tags.find(({ repository, onlyByTag }) => repository === 'opschain/step-runner' && onlyByTag);
    const multi = step?.tag.replace(/-amd64$/, '') ?? '';

    await skopeo('copy', '--all', `docker://${registry.host}/opschain/step-runner:${multi}`, `oci:${target}:multi`);
    await skopeo('copy', `docker://${registry.host}/opschain/agent-task:task-legacy01`, `dir:${target}/docker`);

    const { layers: pulled } = JSON.parse(readFileSync(join(target, 'docker', 'manifest.json'), 'utf8')) as {
      layers: { digest: string }[];
    };
    const unpacked = pulled.flatMap(({ digest }) => {
      const listing = execFileSync('tar', ['-tzf', join(target, 'docker', digest.replace('sha256:', ''))], {
        encoding: 'utf8',
      });
      return listing.trim().split('\n');
    });
    expect(unpacked).toEqual(
      ['debian-amd64', 'legacy-task'].flatMap((name) => [`opt/${name}/README`, `opt/${name}/payload.bin`]),
    );
  });

  test('gives a layer out by its sha512, under which it is not stored', async () => {
    const registry = await startDockerRegistry({ folder });
    const manifest = await fetch(`${registry.url}/v2/agents/database/manifests/19-wallet`, {
      headers: { accept: acceptManifests },
    });
    const [long] = digestsIn(await manifest.text()).filter((digest) => digest.startsWith('sha512:'));

    const blob = await fetch(`${registry.url}/v2/agents/database/blobs/${long}`);

    const bytes = Buffer.from(await blob.arrayBuffer());
    expect(`sha512:${createHash('sha512').update(bytes).digest('hex')}`).toBe(long);
  });

  test("has a collector that can't get past the opaque manifest, and finds the loose blobs once that is deleted", async () => {
    const registry = await startDockerRegistry({ folder });
    const own = await startOwn({ folder });
    const bundle = summary.tags.find(({ repository, tag }) => `${repository}:${tag}` === OPAQUE);

    await expect(registry.garbageCollect({ dryRun: true })).rejects.toThrow(/unrecognized manifest content type/);
    const deleted = await fetch(`${own.url}/v2/sandbox/experiments/manifests/${bundle?.digest}`, { method: 'DELETE' });
    const said = await registry.garbageCollect({ dryRun: true });

    expect(deleted.status).toBe(202);
    const eligible = [...said.matchAll(/blob eligible for deletion: (\S+)/g)].map(([, digest]) => digest);
    const { looseBlobs, strayBlobs } = summary.leftovers;
    expect(eligible).toEqual(
      expect.arrayContaining([...looseBlobs, ...strayBlobs.map(({ digest }) => digest), bundle?.digest]),
    );
    // Besides these: the bundle's model, and the layer that is known by its sha512 (which this version takes for garbage).
    expect(eligible).toHaveLength(looseBlobs.length + strayBlobs.length + 3);
  });
});

describeReal("docker-registry's folder and the embedded registry", ['docker-registry'], () => {
  test('serves the folder that docker-registry wrote: the same repositories, the same tags, the same digests', async () => {
    const whole = describeWorld({ seed: 'pushed', now });
    // A few of its repositories, with all that is odd in it: stores are slow to remove.
    const names = [
      'agents/database',
      'agents/terraform',
      'limepoint/opschain-runner',
      'opschain/agent-task',
      'sandbox/experiments',
    ];
    const world = { ...whole, repositories: whole.repositories.filter(({ name }) => names.includes(name)) };
    const registry = await startDockerRegistry();

    const pushed = await pushWorld(registry.url, { world });
    await registry.stop();
    const own = await startOwn({ folder: registry.folder });

    expect(pushed.refused.map(({ repository }) => repository)).toEqual(['sandbox/experiments']);
    const wanted = asMap(tagsOf(world).filter(({ repository, tag }) => `${repository}:${tag}` !== OPAQUE));
    expect(
      await resolveTags(
        own.url,
        tagsOf(world).filter(({ repository, tag }) => wanted.has(`${repository}:${tag}`)),
      ),
    ).toEqual(wanted);
    expect(await catalogOf(own.url)).toEqual(world.repositories.map(({ name }) => name).sort());
    const wallet = `${own.url}/v2/agents/database/blobs`;
    const long = world.repositories
      .flatMap(({ manifests }) => manifests.flatMap(({ blobs }) => blobs))
      .find((digest) => digest.startsWith('sha512:'));
    expect((await fetch(`${wallet}/${long}`, { method: 'HEAD' })).status).toBe(200);
  });

  test('fills docker-registry with many tags', async () => {
    const world = describeBulk({ seed: 'bulk', now, repositories: 4, tagsPerRepository: 50 });
    const registry = await startDockerRegistry();

    const { tags } = await pushWorld(registry.url, { world });

    expect(tags).toBe(200);
    const served = await resolveTags(registry.url, tagsOf(world));
    expect(served).toEqual(asMap(tagsOf(world)));
  });
});
