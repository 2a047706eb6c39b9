import { createHash } from 'node:crypto';
import type { Digest } from '../../oci/digest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { type Bases, platforms } from './bases.ts';
import type { Draft } from './draft.ts';
import { type Layer, type Made, makeImage, makeIndex, makeLayer, makeManifest, shelve, written } from './image.ts';
import type { Work } from './transient.ts';

const DAY = 86_400_000;

/** Images that tools have been known to get wrong. */
export function addSpecialImages(draft: Draft, bases: Bases, works: readonly Work[]): void {
  addSiblings(draft, bases);
  addSharedImage(draft, works);
  addTaggedChild(draft, works);
  addNestedIndex(draft, bases);
  addDockerImages(draft, bases);
  addOpaqueManifest(draft);
  addLongDigest(draft, bases);
  addMovedTag(draft, bases);
}

/** Ten versions of a template that nobody changed: ten tags on one digest, all of them done with. */
function addSiblings(draft: Draft, bases: Bases): void {
  const created = draft.ago(70 * DAY);
  const made = makeImage(draft.shelf, { layers: [...bases.alpine.amd64, layer(draft, 'tls-rotation')], created });
  for (let version = 1; version <= 10; version += 1) {
    const tag = `tls-rotation-v${version}`;
    draft.repository('opschain/template').tag(tag, made, draft.ago((70 - version) * DAY));
    draft.record('opschain/template', tag, 'success', draft.ago((69 - version) * DAY));
  }
}

/** Two changes built the same image: one of them is over, one still runs. Deleted by digest, both would be gone. */
function addSharedImage(draft: Draft, works: readonly Work[]): void {
  const live = pick(works, 'opschain/change', 'active');
  draft.repository('opschain/change').tag('change-rebuilt0', live.made, live.at);
  draft.record('opschain/change', 'change-rebuilt0', 'success', draft.ago(DAY / 24));
}

/** A tag of its own on one half of a live index. The tag is done with, its image is not. */
function addTaggedChild(draft: Draft, works: readonly Work[]): void {
  const live = works.find(({ repository, status, made }) => {
    return repository === 'opschain/step-runner' && status === 'active' && made.children.length > 0;
  });
  const child = live?.made.children[0];
  if (live === undefined || child === undefined) throw new Error('the demo world has no live index of steps');
  const tag = `${live.tag}-amd64`;
  draft.repository(live.repository).tag(tag, child, live.at);
  draft.record(live.repository, tag, 'success', draft.ago(DAY / 24));
}

/** An index of indexes: two flavours, each for two platforms. */
function addNestedIndex(draft: Draft, bases: Bases): void {
  const created = draft.ago(20 * DAY);
  const flavours = (['debian', 'alpine'] as const).map((flavour) => {
    const own = layer(draft, `runner-${flavour}`);
    const images = platforms.map((platform) =>
      makeImage(draft.shelf, {
        layers: [...bases[flavour][platform.architecture as 'amd64' | 'arm64'], own],
        created,
        platform,
      }),
    );
    return makeIndex(images, mediaTypes.ociIndex, { 'org.opencontainers.image.base.name': flavour });
  });
  draft.repository('limepoint/opschain-runner').tag('2026-all', makeIndex(flavours), created);
}

/** Docker's own formats: an image that is done with, and a list that agents still use. */
function addDockerImages(draft: Draft, bases: Bases): void {
  const created = draft.ago(110 * DAY);
  const own = layer(draft, 'legacy-task');
  const image = makeImage(draft.shelf, { layers: [...bases.debian.amd64, own], created, docker: true });
  draft.repository('opschain/agent-task').tag('task-legacy01', image, created);
  draft.record('opschain/agent-task', 'task-legacy01', 'error', draft.ago(109 * DAY));
  const images = platforms.map((platform) =>
    makeImage(draft.shelf, {
      layers: [...(platform.architecture === 'arm64' ? bases.java.arm64 : bases.java.amd64), own],
      created,
      platform,
      docker: true,
    }),
  );
  draft.repository('agents/java-build').tag('8-legacy', makeIndex(images, mediaTypes.dockerList), created);
}

/** A manifest of a type that is none of ours (nor Distribution's), which names a layer and another manifest in a field of its own. */
function addOpaqueManifest(draft: Draft): void {
  const repository = draft.repository('sandbox/experiments');
  const model = shelve(draft.shelf, draft.random('model').bytes(40_000), 'application/octet-stream');
  const runtime = makeImage(draft.shelf, { layers: [layer(draft, 'wasm-runtime')], created: draft.ago(31 * DAY) });
  const mediaType = 'application/vnd.example.bundle.manifest.v1+json';
  const parts = [written(model), written(runtime.descriptor)];
  const bundle = makeManifest({ mediaType, ...{ schemaVersion: 2, parts } }, [model.digest]);
  repository.push(runtime, draft.ago(31 * DAY));
  repository.tag('wasm-bundle', bundle, draft.ago(30 * DAY));
}

/** A layer that its manifest names by sha512: stores keep it under its sha256. */
function addLongDigest(draft: Draft, bases: Bases): void {
  const plain = layer(draft, 'wallet');
  const bytes = draft.shelf.get(plain.descriptor.digest) ?? Buffer.alloc(0);
  const digest: Digest = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
  draft.shelf.delete(plain.descriptor.digest);
  draft.shelf.set(digest, bytes);
  const long: Layer = { ...plain, descriptor: { ...plain.descriptor, digest } };
  const created = draft.ago(45 * DAY);
  const made: Made = makeImage(draft.shelf, { layers: [...bases.debian.amd64, long], created });
  draft.repository('agents/database').tag('19-wallet', made, created);
}

/** A tag that has stood for four images in turn: three of them have no name any more. */
function addMovedTag(draft: Draft, bases: Bases): void {
  for (let night = 1; night <= 4; night += 1) {
    const created = draft.ago((16 - 4 * night + 1) * DAY);
    const layers = [...bases.debian.amd64, layer(draft, `nightly-${night}`)];
    draft.repository('agents/database').tag('nightly', makeImage(draft.shelf, { layers, created }), created);
  }
}

function layer(draft: Draft, name: string): Layer {
  return makeLayer(draft.shelf, draft.random(name), name, 30_000);
}

/** The newest plain image of a repository with a status. */
export function pick(works: readonly Work[], repository: string, status: Work['status']): Work {
  const found = works.findLast(
    (work) => work.repository === repository && work.status === status && work.made.children.length === 0,
  );
  if (found === undefined) throw new Error(`the demo world has no ${status} image in ${repository}`);
  return found;
}
