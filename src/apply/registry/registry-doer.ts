import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Check, Doer } from '../doer.ts';
import { type ApplyErrorCode, applyErrors } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import { listTags, removeLeftTags } from './left-tags.ts';
import { EMPTY_BLOB, overwritingManifest } from './overwriting-manifest.ts';
import { readSavedManifest, type SavedManifest } from './saved-manifest.ts';
import { type TagSnapshots, tagSnapshots } from './tag-snapshot.ts';
import { createTurns, type Turns } from './turns.ts';

export interface RegistryDoerOptions {
  /** Makes the overwriting manifests of this run unlike those of any other. */
  readonly runId: string;
  readonly nowMs: () => number;
  readonly concurrency: number;
}

/** Deletes tags and manifests of one registry. */
export function registryDoer(registry: Registry, options: RegistryDoerOptions): Doer {
  const { runId, nowMs, concurrency } = options;
  const world: World = {
    registry,
    runId,
    snapshots: tagSnapshots(registry, nowMs, concurrency),
    going: new Set(),
    turns: createTurns(),
    emptyBlobs: new Map(),
  };
  return {
    check: (unit, signal) => Promise.all(unit.map((action) => checkOne(world, unit, action, signal))),
    prepare: async (unit, signal) => {
      const saved = new Map<Digest, Promise<SavedManifest>>();
      return await Promise.all(unit.map((action) => prepareOne(world, saved, action, signal)));
    },
    carryOut: (unit, prepared, signal) => carryOut(world, unit, prepared, signal),
  };
}

interface World {
  readonly registry: Registry;
  readonly runId: string;
  readonly snapshots: TagSnapshots;
  /** `repository:tag` of all that this run has begun to remove. */
  readonly going: Set<string>;
  /** By repository: while a tag is overwritten there, nothing is deleted by digest. Distribution trips over that; see `left-tags.ts`. */
  readonly turns: Turns;
  /** By repository: sent once. Two uploads of the same blob at once are refused by Distribution. */
  readonly emptyBlobs: Map<string, Promise<unknown>>;
}

async function checkOne(
  { registry, snapshots }: World,
  unit: readonly Action[],
  action: Action,
  signal: AbortSignal,
): Promise<Check> {
  const { key } = action.target;
  const repository = repositoryOf(registry, action);
  const present = await registry.resolve(repository, key, signal);
  if (action.expects.dangling === true && present === undefined)
    return (await listTags(registry, repository, signal)).has(key) ? 'go' : { result: 'already-gone' };
  if (present === undefined) return { result: 'already-gone' };
  if (action.do === 'delete-tag') {
    if (present.digest === action.expects.digest) return 'go';
    return {
      result: 'skipped',
      guard: 'target-changed',
      why: `it points at ${present.digest} now, not at ${action.expects.digest ?? 'nothing'}`,
    };
  }

  const going = new Set(unit.filter((one) => one.do === 'delete-tag').map((one) => one.target.key));
  const others = (await snapshots.tagsOn(repository, key, signal)).filter((tag) => !going.has(tag));
  if (others.length === 0) return 'go';
  return { result: 'skipped', guard: 'still-tagged', why: `${others.join(', ')} points at it now` };
}

async function prepareOne(
  { registry, runId }: World,
  saved: Map<Digest, Promise<SavedManifest>>,
  action: Action,
  signal: AbortSignal,
): Promise<SavedManifest | Pick<SavedManifest, 'repository' | 'tag'>> {
  const repository = repositoryOf(registry, action);
  if (action.expects.dangling === true) return { repository, tag: action.target.key }; // there is nothing to save
  const digest = (action.do === 'delete-tag' ? action.expects.digest : action.target.key) as Digest;
  const manifest = saved.get(digest) ?? saveManifest(registry, repository, digest, signal);
  saved.set(digest, manifest);
  return {
    ...(await manifest),
    ...(action.do === 'delete-tag' ? { tag: action.target.key } : {}),
    ...(action.by === 'overwrite' ? { overwrittenBy: overwritingFor(repository, runId, action).digest } : {}),
  };
}

async function saveManifest(
  registry: Registry,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<SavedManifest> {
  const manifest = await registry.manifest(repository, digest, signal);
  if (manifest === undefined)
    throw new CodedError<ApplyErrorCode>(
      'UNDO_IMPOSSIBLE',
      `saving ${repository}@${digest} for undo: it is not there, so it is not deleted either`,
      { hint: applyErrors.UNDO_IMPOSSIBLE.hint },
    );
  const { mediaType, bytes } = manifest;
  return { repository, digest, mediaType, bytesBase64: Buffer.from(bytes).toString('base64') };
}

async function carryOut(
  world: World,
  unit: readonly Action[],
  prepared: readonly unknown[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { registry, snapshots, turns, going } = world;
  const [action] = unit as [Action];
  const repository = repositoryOf(registry, action);
  for (const one of unit) if (one.do === 'delete-tag') going.add(`${repository}:${one.target.key}`);
  if (action.do !== 'delete-tag' || action.by === 'digest') {
    const saved = readSavedManifest(prepared[0]);
    return await turns.together(repository, () => deleteByDigest(world, unit, saved, signal));
  }
  const outcome =
    action.by === 'overwrite'
      ? await turns.alone(repository, () => overwrite(world, action, repository, signal))
      : outcomeOf(await registry.deleteTag(repository, action.target.key, signal));
  await snapshots.forget(repository, action.target.key);
  return [outcome];
}

/** Deletes a manifest, and with it, where the server deletes by digest only, all tags that point at it. */
async function deleteByDigest(
  world: World,
  unit: readonly Action[],
  saved: SavedManifest,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { registry } = world;
  const { repository, digest, mediaType } = saved;
  const newTags = await taggedSince(world, saved, signal);
  if (newTags.length > 0) {
    const why = `${newTags.join(', ')} points at it now`;
    return unit.map(() => ({ result: 'skipped', guard: 'still-tagged', why }));
  }
  const outcome = outcomeOf(await registry.deleteManifest(repository, digest, signal));
  if ((await registry.capabilities(signal)).deleteByTag) return unit.map(() => outcome);

  const manifest = { mediaType, bytes: Buffer.from(saved.bytesBase64, 'base64') };
  const tags = unit.filter((one) => one.do === 'delete-tag').map((one) => one.target.key);
  const present = await removeLeftTags(registry, { repository, digest, ...manifest }, tags, signal);
  const lost = await tagsLost(world, saved, present, signal);
  for (const tag of lost) await registry.putManifest(repository, tag, manifest, signal);
  const why = `${lost.join(', ')} was moved to it in the same moment, so it was put back`;
  return unit.map((one) =>
    lost.length === 0 || one.do === 'delete-tag' ? outcome : { result: 'skipped', guard: 'still-tagged', why },
  );
}

/** Tags of a manifest that are newer than the last look: the deletion would take them along without a trace. */
async function taggedSince(
  { registry, snapshots }: World,
  { repository, digest }: SavedManifest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const known = await snapshots.lastLook(repository);
  const tagged: string[] = [];
  for (const tag of await listTags(registry, repository, signal))
    if (!known.has(tag) && (await registry.resolve(repository, tag, signal))?.digest === digest) tagged.push(tag);
  return tagged;
}

/** Pushes a manifest of nothing over the tag and deletes that: the tag goes, and the manifest that it pointed at stays. */
async function overwrite(world: World, action: Action, repository: string, signal: AbortSignal): Promise<Outcome> {
  const { registry, runId } = world;
  const { key: tag } = action.target;
  const manifest = overwritingFor(repository, runId, action);
  await sendEmptyBlob(world, repository, signal);
  const digest = await registry.putManifest(repository, tag, manifest, signal).catch(async (error: unknown) => {
    if (!(error instanceof CodedError) || error.code !== REFUSED) throw error;
    world.emptyBlobs.delete(repository);
    await sendEmptyBlob(world, repository, signal);
    return await registry.putManifest(repository, tag, manifest, signal);
  });
  const answer = await registry.deleteManifest(repository, digest, signal);
  if (answer === 'absent') await removeLeftTags(registry, { repository, ...manifest, digest }, [tag], signal);
  return { result: 'done' };
}

/**
 * What a registry says, among others, that does not find the empty blob. Distribution up to 3.0 writes links in place: for a moment,
 * while somebody else pushes the same blob, its link is empty. Asking again is harmless, for nobody else has this manifest.
 */
const REFUSED = 'REGISTRY_REFUSED';

async function sendEmptyBlob({ registry, emptyBlobs }: World, repository: string, signal: AbortSignal): Promise<void> {
  const sent = emptyBlobs.get(repository) ?? registry.putBlob(repository, EMPTY_BLOB, signal);
  emptyBlobs.set(repository, sent);
  sent.catch(() => emptyBlobs.delete(repository));
  await sent;
}

/**
 * Tags that the deletion of a manifest took along though nobody meant to: they were moved to it between the last look and the
 * request. On a server that deletes by digest only, a tag can't go by itself: when it is missing and the manifest that it
 * pointed at before is still there, it had been moved.
 */
async function tagsLost(
  { registry, snapshots, going }: World,
  saved: SavedManifest,
  present: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const [tag, digest] of await snapshots.lastLook(saved.repository)) {
    if (present.has(tag) || going.has(`${saved.repository}:${tag}`) || digest === saved.digest) continue;
    if ((await registry.resolve(saved.repository, digest, signal)) !== undefined) lost.push(tag);
  }
  return lost;
}

function overwritingFor(repository: string, runId: string, action: Action) {
  return overwritingManifest(repository, action.target.key, `${runId}/${action.n}`);
}

function outcomeOf(answer: 'deleted' | 'absent'): Outcome {
  return { result: answer === 'deleted' ? 'done' : 'already-gone' };
}

/** `registry.example:5000/team/app` → `team/app`. */
function repositoryOf(registry: Registry, action: Action): string {
  return action.target.scope.slice(registry.host.length + 1);
}
