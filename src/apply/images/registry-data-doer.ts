import { streamIn } from '../../evidence/stream-item.ts';
import type { Digest } from '../../oci/digest.ts';
import { parseManifest } from '../../oci/manifest.ts';
import type { Action } from '../../plan/action.ts';
import type { Check, Doer } from '../doer.ts';
import type { Outcome } from '../outcome.ts';
import type { ImagesRun } from './images-run.ts';
import { type RegistryAnswers, registryAnswers } from './registry-answers.ts';
import type { SavedBlob, SavedLayerLink, SavedManifestLink } from './saved.ts';
import { digestsIn } from './stream-history.ts';
import { namesOf } from './stream-items-doer.ts';

/** Larger ones are not saved. */
const MAX_SAVED_BYTES = 4 << 20;
/** How old the look at a stream may be. */
const LOOK_MS = 2000;

export interface RegistryDataOptions {
  readonly run: ImagesRun & Required<Pick<ImagesRun, 'registry'>>;
  /** The digests that a stream had when it was last decided on. */
  readonly decidedDigests: (scope: string) => ReadonlySet<string>;
  readonly nowMs: () => number;
}

/** What this run has seen of the registry, for all that come after. */
interface World extends RegistryDataOptions {
  /** Configs of manifests whose links went. */
  readonly configs: Set<string>;
  /** What a link that went has saved: it comes back with that. */
  readonly saved: Set<string>;
  readonly answers: RegistryAnswers;
  readonly looks: Map<string, { readonly atMs: number; readonly digests: Promise<ReadonlySet<string>> }>;
}

/** Removes links from repositories of the integrated registry, and then the data that nothing needs. */
export function registryDataDoer(options: RegistryDataOptions): Doer {
  const world: World = {
    ...options,
    configs: new Set(),
    saved: new Set(),
    answers: registryAnswers(),
    looks: new Map(),
  };
  return {
    check: (unit, signal) => Promise.all(unit.map((action) => checkOne(world, action, signal))),
    prepare: (unit, signal) => Promise.all(unit.map((action) => save(world, action, signal))),
    carryOut: (unit, _, signal) => Promise.all(unit.map((action) => deleteOne(world, action, signal))),
  };
}

/** A stream that has something new since it was decided on may need any of the links: the next run looks again. */
async function checkOne(world: World, action: Action, signal: AbortSignal): Promise<Check> {
  const refused = world.answers.refusal();
  if (refused !== undefined) return refused;
  if (action.do === 'delete-blob') return 'go';
  const { scope, key } = action.target;
  const decided = world.decidedDigests(scope);
  for (const digest of await digestsNow(world, scope, signal)) {
    if (digest !== key && decided.has(digest)) continue;
    const why = `${streamIn(scope)} has ${digest} in its history now`;
    return { result: 'skipped', guard: 'in-use-again', why };
  }
  return 'go';
}

async function digestsNow(
  { run, looks, nowMs }: World,
  scope: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const known = looks.get(scope);
  if (known !== undefined && nowMs() - known.atMs <= LOOK_MS) return await known.digests;
  const { namespace, name } = namesOf(scope);
  const digests = run.api
    .stream(namespace, name, signal)
    .then((stream) => (stream === undefined ? new Set<string>() : digestsIn(stream)));
  looks.set(scope, { atMs: nowMs(), digests });
  digests.catch(() => looks.delete(scope));
  return await digests;
}

async function save(world: World, action: Action, signal: AbortSignal): Promise<object> {
  const { run, configs, saved } = world;
  const digest = action.target.key as Digest;
  const repository = streamIn(action.target.scope);
  if (action.do === 'delete-blob') return (saved.has(digest) ? { comesBackWithLink: true } : {}) satisfies SavedBlob;
  if (action.do === 'delete-layer-link') {
    const bytes = configs.has(digest)
      ? await run.registry.smallBlob(repository, digest, MAX_SAVED_BYTES, signal)
      : undefined;
    if (bytes === undefined) return {} satisfies SavedLayerLink;
    saved.add(digest);
    return { bytesBase64: Buffer.from(bytes).toString('base64') } satisfies SavedLayerLink;
  }
  const manifest = await run.registry.manifest(repository, digest, signal);
  if (manifest === undefined) return {} satisfies SavedManifestLink;
  saved.add(digest);
  const { mediaType, bytes } = manifest;
  for (const { as, to } of parseManifest(bytes, mediaType).references) if (as === 'config') configs.add(to.digest);
  return { mediaType, bytesBase64: Buffer.from(bytes).toString('base64') } satisfies SavedManifestLink;
}

async function deleteOne({ run, answers }: World, { do: kind, target }: Action, signal: AbortSignal): Promise<Outcome> {
  const { registry } = run;
  const digest = target.key as Digest;
  const repository = streamIn(target.scope);
  return await answers.outcomeOf(() => {
    if (kind === 'delete-manifest-link') return registry.deleteManifestLink(repository, digest, signal);
    if (kind === 'delete-layer-link') return registry.deleteLayerLink(repository, digest, signal);
    return registry.deleteBlob(digest, signal);
  });
}
