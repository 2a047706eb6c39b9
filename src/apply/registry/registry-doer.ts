import type { Digest } from '../../oci/digest.ts';
import type { Action } from '../../plan/action.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Check, Doer } from '../doer.ts';
import { type ApplyErrorCode, applyErrors } from '../errors.ts';
import type { Outcome } from '../outcome.ts';
import { EMPTY_BLOB, overwritingManifest } from './overwriting-manifest.ts';
import { readSavedManifest, type SavedManifest } from './saved-manifest.ts';
import { type TagSnapshots, tagSnapshots } from './tag-snapshot.ts';

export interface RegistryDoerOptions {
  /** Makes the overwriting manifests of this run unlike those of any other. */
  readonly runId: string;
  readonly nowMs: () => number;
  readonly concurrency: number;
}

/** Deletes tags and manifests of one registry. */
export function registryDoer(registry: Registry, options: RegistryDoerOptions): Doer {
  const { runId, nowMs, concurrency } = options;
  const world: World = { registry, runId, snapshots: tagSnapshots(registry, nowMs, concurrency), going: new Set() };
  return {
    check: (unit, signal) => Promise.all(unit.map((action) => checkOne(world, unit, action, signal))),
    prepare: async (unit, signal) => {
      const saved = new Map<Digest, Promise<SavedManifest>>();
      return await Promise.all(unit.map((action) => prepareOne(world, saved, action, signal)));
    },
    carryOut: (unit, prepared, signal) => carryOut(world, unit, prepared.map(readSavedManifest), signal),
  };
}

interface World {
  readonly registry: Registry;
  readonly runId: string;
  readonly snapshots: TagSnapshots;
  /** `repository:tag` of all that this run removes along with a manifest. */
  readonly going: Set<string>;
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
  if (present === undefined) return { result: 'already-gone' };
  if (action.do === 'delete-tag') {
    if (present.digest === action.expects.digest) return 'go';
    return {
      result: 'skipped',
      guard: 'target-changed',
      why: `it points at ${present.digest} now, not at ${action.expects.digest}`,
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
): Promise<SavedManifest> {
  const repository = repositoryOf(registry, action);
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
  saved: readonly SavedManifest[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { registry } = world;
  const [action] = unit as [Action];
  const [first] = saved as [SavedManifest];
  if (action.do === 'delete-tag' && action.by !== 'digest') {
    const outcome =
      action.by === 'overwrite'
        ? await overwrite(world, action, first, signal)
        : outcomeOf(await registry.deleteTag(first.repository, action.target.key, signal));
    await world.snapshots.forget(first.repository, action.target.key);
    return [outcome];
  }

  for (const one of unit) if (one.do === 'delete-tag') world.going.add(`${first.repository}:${one.target.key}`);
  const deleted = await registry.deleteManifest(first.repository, first.digest, signal);
  const lost = await tagsLost(world, first, signal);
  const manifest = { mediaType: first.mediaType, bytes: Buffer.from(first.bytesBase64, 'base64') };
  for (const tag of lost) await registry.putManifest(first.repository, tag, manifest, signal);
  const why = `${lost.join(', ')} was moved to it in the same moment, so it was put back`;
  return unit.map((one) =>
    lost.length === 0 || one.do === 'delete-tag'
      ? outcomeOf(deleted)
      : { result: 'skipped', guard: 'still-tagged', why },
  );
}

/** Pushes a manifest of nothing over the tag and deletes that: the tag goes, and the manifest that it pointed at stays. */
async function overwrite(world: World, action: Action, saved: SavedManifest, signal: AbortSignal): Promise<Outcome> {
  const { registry, runId } = world;
  await registry.putBlob(saved.repository, EMPTY_BLOB, signal);
  const pushed = await registry.putManifest(
    saved.repository,
    action.target.key,
    overwritingFor(saved.repository, runId, action),
    signal,
  );
  return outcomeOf(await registry.deleteManifest(saved.repository, pushed, signal));
}

/**
 * Tags that the deletion of a manifest took along though nobody meant to: they were moved to it between the last look and the
 * request. On a server that deletes by digest only, a tag can't go by itself: when it is missing and the manifest that it
 * pointed at before is still there, it had been moved.
 */
async function tagsLost(world: World, saved: SavedManifest, signal: AbortSignal): Promise<readonly string[]> {
  const { registry, snapshots, going } = world;
  const { deleteByTag } = await registry.capabilities(signal);
  if (deleteByTag) return [];
  const present = new Set<string>();
  for await (const tag of registry.tags(saved.repository, signal)) present.add(tag);
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
