import * as z from 'zod';
import { planStore } from '../../src/flows/plan-store.ts';
import type { Action } from '../../src/plan/action.ts';
import type { HardPrunePolicy } from '../../src/policy/hard-prune.ts';
import { parseDuration } from '../../src/util/pure/duration.ts';
import { diskStore } from './disk-store.ts';
import { type BuiltStore, image, index, type ManifestSpec } from './store-world/index.ts';

const names = z.array(z.string()).default([]);
const duration = z.string().transform(parseDuration);
const repository = z.strictObject({
  tags: z.record(z.string(), z.union([z.string(), z.array(z.string())])).exactOptional(),
  untagged: z.array(z.string()).exactOptional(),
  deleted: z.array(z.string()).exactOptional(),
  absent: z.array(z.string()).exactOptional(),
  layers: z.array(z.string()).exactOptional(),
  uploads: z.record(z.string(), z.strictObject({ sizeBytes: z.number() })).exactOptional(),
});

/** A small storage, what is to be done to it, and what must come of that: see `test/scenarios/6*`. */
export const storeStorySchema = z.strictObject({
  story: z.string(),
  options: z
    .strictObject({
      deleteUntagged: z.boolean().default(false),
      thorough: z.boolean().default(false),
      minBlobAge: duration.prefault('0s'),
      grace: duration.prefault('0s'),
      hold: duration.prefault('0s'),
      uploadAge: duration.prefault('0s'),
    })
    .prefault({}),
  manifests: z
    .record(
      z.string(),
      z.strictObject({
        layers: names,
        index: z.array(z.string()).exactOptional(),
        subject: z.string().exactOptional(),
      }),
    )
    .default({}),
  repositories: z.record(z.string(), repository).default({}),
  orphans: names,
  missing: names,
  /** What is written just now. */
  young: z.strictObject({ data: names, links: z.array(z.tuple([z.string(), z.string()])).default([]) }).prefault({}),
  /** Blobs that an earlier run has unlinked, and how long ago. */
  unlinked: z.record(z.string(), duration).default({}),
});

export type StoreStory = z.infer<typeof storeStorySchema>;

/** What is planned for the storage of a story, and the blobs that stay though no manifest names them: a line each, in order. */
export async function tellStoreStory(story: StoreStory): Promise<readonly string[]> {
  const never = new AbortController().signal;
  const { built, store } = await diskStore({
    manifests: Object.fromEntries(Object.entries(story.manifests).map(([name, one]) => [name, manifestOf(one)])),
    repositories: story.repositories,
    orphans: story.orphans,
    missing: story.missing,
  });
  const nowMs = Date.now();
  for (const name of story.young.data) built.setTime(built.data(name), nowMs);
  for (const [where, name] of story.young.links) built.setTime(built.layerLink(where, name), nowMs);
  for (const [name, agoMs] of Object.entries(story.unlinked))
    await store.noteUnlinked('earlier', [built.digest(name)], nowMs - agoMs);

  const { plan, decisions, evidence } = await planStore(
    {
      ...{ id: 'story', scope: { store: { name: store.name } }, store, survey: {}, holders: [], holdersShown: [] },
      ...{ withRepositories: true, keepManifestData: false, isReadOnly: false, thorough: story.options.thorough },
      ...{ policy: policyOf(story), maxDeleteRatio: 1, drops: async () => [], expiresAfterMs: 3_600_000 },
      ...{ nowMs: () => nowMs, aheadMs: 0 },
    },
    never,
  );
  const wordFor = wordsOf(built, story);
  const steps = [...plan.actions].map((action) => stepLine(action, store.name, wordFor));
  const kept: string[] = [];
  for (let id = 0; id < evidence.resources.size; id += 1) {
    const { kind, key } = evidence.resources.at(id);
    if (kind !== 'blob' || !evidence.exists(id) || !decisions.marks.has(id)) continue;
    const { code } = decisions.reasonOf(id);
    if (code !== 'referenced') kept.push(`keep ${wordFor(key)} ${code}`);
  }
  return [...steps, ...kept].sort();
}

function manifestOf({ layers, index: children, subject }: StoreStory['manifests'][string]): ManifestSpec {
  const more = subject === undefined ? {} : { subject };
  return children === undefined ? image(layers, more) : index(children, more);
}

function policyOf({ options }: StoreStory): HardPrunePolicy {
  const { deleteUntagged, minBlobAge, grace, hold, uploadAge } = options;
  const ages = { minBlobAgeMs: minBlobAge, graceMs: grace, holdMs: hold, uploadAgeMs: uploadAge };
  return { deleteUntagged, ...ages, leftoverAgeMs: minBlobAge };
}

function stepLine(
  { do: step, target, reason, repositories = [] }: Action,
  storeName: string,
  wordFor: (key: string) => string,
) {
  const where = target.scope.slice(storeName.length + 1);
  const separator = target.kind === 'manifest' ? '@' : '/';
  const what = where === '' ? wordFor(target.key) : `${where}${separator}${wordFor(target.key)}`;
  return [step, what, reason, ...[...repositories].sort()].join(' ');
}

/** Digests by the letters of the story. */
function wordsOf(built: BuiltStore, { manifests, repositories, orphans, missing }: StoreStory) {
  const all = Object.entries(manifests).flatMap(([name, { layers }]) => [name, `${name}.config`, ...layers]);
  const others = Object.values(repositories).flatMap(({ layers = [] }) => layers);
  const words = new Map(
    [...all, ...others, ...orphans, ...missing].map((name) => [built.digest(name) as string, name]),
  );
  return (key: string) => words.get(key) ?? key;
}
