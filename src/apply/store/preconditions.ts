import type { Digest } from '../../oci/digest.ts';
import type { Action, ActionKind } from '../../plan/action.ts';
import type { Registry } from '../../systems/registry/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type HardPruneErrorCode, hardPruneErrors } from './errors.ts';
import { goesThroughServers, type StoreRun } from './store-run.ts';

/** Manifests that are looked for through a server, to see that it serves this store: some may be broken. */
const PROOFS = 20;
/** Manifests come and go while they are looked for: what was deleted before a server was asked proves nothing against it. */
const LOOKS = 5;

const untouched: ReadonlySet<ActionKind> = new Set(['delete-tag']);
const needsServers: ReadonlySet<ActionKind> = new Set(['delete-manifest', 'unlink-blob']);

/**
 * Sees that a plan can be carried out safely, before anything is done. It changes nothing.
 *
 * @throws HARD_PRUNE_PLAN_UNFIT, HARD_PRUNE_NO_REPLICAS, HARD_PRUNE_NOT_READ_ONLY, HARD_PRUNE_DELETE_DISABLED, HARD_PRUNE_OTHER_STORE
 */
export async function assertPreconditions(
  run: StoreRun,
  actions: AsyncIterable<Action>,
  signal: AbortSignal,
): Promise<void> {
  const kinds = await kindsIn(actions);
  const foreign = [...kinds].find((kind) => untouched.has(kind));
  if (foreign !== undefined) throw refusal('HARD_PRUNE_PLAN_UNFIT', `preparing a run on ${run.store.name}: ${foreign}`);
  if (run.mode === 'read-only') await assertReadOnly(run, signal);
  else if (goesThroughServers(run) && [...kinds].some((kind) => needsServers.has(kind)))
    await assertAllDelete(run, signal);
  await assertServeThisStore(run, signal);
}

async function kindsIn(actions: AsyncIterable<Action>): Promise<ReadonlySet<ActionKind>> {
  const kinds = new Set<ActionKind>();
  for await (const action of actions) kinds.add(action.do);
  return kinds;
}

/** Asks every server anew, as often as it matters. @throws HARD_PRUNE_NO_REPLICAS, HARD_PRUNE_NOT_READ_ONLY */
export async function assertReadOnly({ store, replicas }: StoreRun, signal: AbortSignal): Promise<void> {
  if (replicas.length === 0)
    throw refusal(
      'HARD_PRUNE_NO_REPLICAS',
      `making sure that ${store.name} is in read-only mode: no server was named that could be asked`,
      'name every server over this storage with --registry URL',
    );
  for (const replica of replicas)
    if (!(await replica.isReadOnly(signal)))
      throw refusal(
        'HARD_PRUNE_NOT_READ_ONLY',
        `making sure that ${store.name} is in read-only mode: ${replica.url} accepts writes`,
      );
}

async function assertAllDelete({ store, replicas, cache }: StoreRun, signal: AbortSignal): Promise<void> {
  if (replicas.length === 0)
    throw refusal(
      'HARD_PRUNE_NO_REPLICAS',
      `removing links of ${store.name}: its cache is ${cache.kind}, and no server was named`,
    );
  for (const replica of replicas) {
    const { writable, deleteByDigest } = await replica.capabilities(signal);
    if (writable && deleteByDigest) continue;
    const why = writable ? 'it does not delete' : 'it is in read-only mode';
    throw refusal('HARD_PRUNE_DELETE_DISABLED', `removing links of ${store.name} through ${replica.url}: ${why}`);
  }
}

/** Every server must know a manifest that lies on the storage. A storage without any proves nothing, and has nothing that could break. */
async function assertServeThisStore({ store, replicas }: StoreRun, signal: AbortSignal): Promise<void> {
  let unproven: readonly Registry[] = replicas;
  for (let look = 1; unproven.length > 0; look += 1) {
    const asked = await firstManifests(store, signal);
    for (const { repository, digest } of asked)
      unproven = await without(unproven, (server) => server.resolve(repository, digest, signal));
    const [stranger] = unproven;
    if (stranger === undefined || asked.length === 0) return;
    if (look < LOOKS) continue;
    const why = `it knows none of ${asked.length} ${asked.length === 1 ? 'manifest' : 'manifests'} that lie there`;
    throw refusal('HARD_PRUNE_OTHER_STORE', `looking for what lies in ${store.name} through ${stranger.url}: ${why}`);
  }
}

interface StoredManifest {
  readonly repository: string;
  readonly digest: Digest;
}

async function firstManifests(store: StoreRun['store'], signal: AbortSignal): Promise<readonly StoredManifest[]> {
  const found: StoredManifest[] = [];
  for await (const one of store.revisionsSince(0, signal)) if (found.push(one) === PROOFS) break;
  return found;
}

async function without(
  servers: readonly Registry[],
  knows: (server: Registry) => Promise<unknown>,
): Promise<readonly Registry[]> {
  const answers = await Promise.all(servers.map(knows));
  return servers.filter((_, index) => answers[index] === undefined);
}

function refusal(code: HardPruneErrorCode, message: string, hint?: string): CodedError<HardPruneErrorCode> {
  return new CodedError(code, `${message}; nothing was done`, { hint: hint ?? hardPruneErrors[code].hint });
}
