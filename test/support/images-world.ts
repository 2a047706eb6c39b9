import type { RunReport } from '../../src/apply/run-report.ts';
import { linkStreams } from '../../src/evidence/link-streams.ts';
import { streamIn } from '../../src/evidence/stream-item.ts';
import { type ApplyImagesInput, applyImagesPlan } from '../../src/flows/apply-images-plan.ts';
import { type PlannedImages, type PruneImagesInput, planPruneImages } from '../../src/flows/prune-images.ts';
import { survey } from '../../src/flows/survey.ts';
import { undoImagesRun } from '../../src/flows/undo-images-run.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { encodePlan } from '../../src/plan/codec.ts';
import type { KubeObject } from '../../src/systems/cluster/contract.ts';
import { memoryIntegratedRegistry } from '../../src/systems/integrated-registry/memory/memory-registry.ts';
import type { Journal } from '../../src/systems/journal/contract.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { memoryLeases } from '../../src/systems/lease/memory/memory-leases.ts';
import { usesOf } from '../oc/plan-case.ts';
import { memoryImageApi } from './memory-image-api.ts';
import { streamed } from './streamed.ts';

/** The image API of these worlds. */
export const API = 'openshift:api.example:6443';
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
const { signal } = new AbortController();

/** An OpenShift in memory: objects, the registry behind them, and what runs need. */
export function imagesWorld(objects: readonly KubeObject[], journal: Journal = memoryJournal()) {
  let nowMs = NOW_MS;
  const world = {
    api: memoryImageApi(objects, API),
    registry: memoryIntegratedRegistry(),
    /** All objects that may use images; they can be changed. */
    users: [...objects],
    journal,
    leases: memoryLeases(),
    nowMs: () => {
      nowMs += 1;
      return nowMs;
    },
    forward: (ms: number) => {
      nowMs += ms;
    },
  };
  return world;
}

export type ImagesWorld = ReturnType<typeof imagesWorld>;

/** Gives the registry all links and data that the objects speak of; what it holds is the digests' own names. */
export async function fillRegistry({ api, registry, nowMs }: ImagesWorld): Promise<void> {
  const { evidence, sink } = await survey([api.source()], nowMs, signal);
  linkStreams(evidence, sink, API);
  const { resources } = evidence;
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    const digest = resources.key(id) as Digest;
    if (kind === 'blob') registry.data.set(digest, { mediaType: 'text/plain', bytes: Buffer.from(digest) });
    if (kind !== 'revision-link' && kind !== 'layer-link') continue;
    const repository = streamIn(resources.scope(id));
    const links = registry.links.get(repository) ?? { manifests: new Set(), layers: new Set() };
    registry.links.set(repository, links);
    links[kind === 'layer-link' ? 'layers' : 'manifests'].add(digest);
  }
  api.calls.length = 0;
}

export async function planImages(
  world: ImagesWorld,
  more: Pick<PruneImagesInput, 'policy'> & Partial<PruneImagesInput>,
  id = 'run-1',
): Promise<PlannedImages> {
  return await planPruneImages(
    {
      id,
      scope: { images: { name: API, cluster: 'openshift:', registryUrl: world.registry.url } },
      imageApi: world.api.source(),
      uses: [usesOf(world.users)],
      ownCluster: 'own',
      journal: world.journal,
      badReferences: 'protect',
      keepIndexOfUsedChild: true,
      limits: {},
      drops: async () => [],
      clustersShown: ['openshift:'],
      expiresAfterMs: 3_600_000,
      nowMs: world.nowMs,
      ...more,
    },
    signal,
  );
}

export interface ApplyWorldOptions extends Partial<ApplyImagesInput> {
  /** The plan comes from a file: what it was made from is not at hand. */
  readonly isOld?: boolean;
  readonly policy: PruneImagesInput['policy'];
}

/** Applies a plan to the world, one action after the other. */
export async function applyImages(
  world: ImagesWorld,
  planned: PlannedImages,
  { isOld = false, policy, ...more }: ApplyWorldOptions,
): Promise<RunReport> {
  const { plan } = planned;
  const { api, registry, journal, leases, nowMs } = world;
  return await applyImagesPlan({
    ...{ header: plan.header, planLines: encodePlan(plan), runId: plan.header.id, by: 'test' },
    ...{ journal, leases, api, registry, nowMs, signal, concurrency: 1 },
    wait: async () => undefined,
    actions: () => streamed(plan.actions),
    made: isOld ? undefined : planned,
    planAgain: () => planImages(world, { policy }, 'again'),
    recheckAfterMs: 60_000,
    onProgress: () => undefined,
    ...more,
  });
}

export async function undoImages(world: ImagesWorld, runId = 'run-1') {
  const { api, registry, journal, leases, nowMs } = world;
  return await undoImagesRun({
    ...{ runId, by: 'test', journal, leases, api, registry, nowMs, signal, concurrency: 3 },
    wait: async () => undefined,
    onProgress: () => undefined,
  });
}

/** All that there is, as text: to compare worlds. Versions are left out. */
export function pictureOf({ api, registry }: ImagesWorld): readonly string[] {
  const objects = [...api.objects.values()].map((object) => {
    const { resourceVersion: _, ...metadata } = object.metadata ?? {};
    return JSON.stringify({ ...object, metadata });
  });
  const links = [...registry.links].flatMap(([repository, { manifests, layers }]) => [
    ...[...manifests].map((digest) => `${repository} manifest ${digest}`),
    ...[...layers].map((digest) => `${repository} layer ${digest}`),
  ]);
  return [...objects, ...links, ...[...registry.data.keys()].map((digest) => `data ${digest}`)].sort();
}

/** The digests in the history of a tag, newest first; none where the tag is gone. */
export function historyIn({ api }: ImagesWorld, stream: string, tag = 'latest'): readonly string[] {
  const object = api.objects.get(`ImageStream ${stream}`);
  if (object === undefined) return [];
  const { tags } = object['status'] as {
    readonly tags: readonly { readonly tag: string; readonly items: readonly { readonly image: string }[] }[];
  };
  return tags.find((one) => one.tag === tag)?.items.map(({ image }) => image) ?? [];
}
