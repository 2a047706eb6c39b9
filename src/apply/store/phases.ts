import type { Digest } from '../../oci/digest.ts';
import type { Action, ActionKind } from '../../plan/action.ts';
import type { BlobFacts, PendingBlob } from '../../systems/store/contract.ts';
import { type Applied, type ApplyContext, applyPart } from '../apply.ts';
import type { Doer, Guard } from '../doer.ts';
import { oldEnough } from '../guards/old-enough.ts';
import { addTallies, noTally } from '../outcome.ts';
import type { Unfinished } from '../run-report.ts';
import { type BroughtBack, bringBack, linkedWhileHidden } from './bring-back.ts';
import type { FreshMark } from './fresh-mark.ts';
import { hideDoer } from './hide-doer.ts';
import type { InUse } from './in-use.ts';
import type { IntentionsOf, MeantIn } from './intentions.ts';
import { manifestDoer } from './manifest-doer.ts';
import { namedManifests } from './named-manifests.ts';
import { newReferences } from './new-references.ts';
import { assertReadOnly } from './preconditions.ts';
import { purgeDoer } from './purge-doer.ts';
import { putBackAskedFor } from './put-back.ts';
import { recover } from './recover.ts';
import { removeDoer } from './remove-doer.ts';
import { restoreDoer } from './restore-doer.ts';
import { settle } from './settle.ts';
import type { StoreRun } from './store-run.ts';
import { unlinkDoer } from './unlink-doer.ts';
import { begunIn, isBegun } from './unlink-note.ts';
import { whatWasBegun } from './what-was-begun.ts';

export interface StorePhasesInput {
  readonly run: StoreRun;
  /** The plan's actions, from the first, each time it is called. */
  readonly actions: () => AsyncIterable<Action>;
  /** What the plan was made from, where it was made just now. Undefined: a look of its own is taken. */
  readonly mark: FreshMark | undefined;
  readonly context: Omit<ApplyContext, 'doer' | 'guards'>;
  readonly intentions: IntentionsOf;
  /** Asked before each manifest goes. What they hold back keeps its blobs as well: then a new mark is made. */
  readonly manifestGuards: readonly Guard[];
}

export interface StoreApplied extends Applied {
  /** What was asked for while it was on its way out. */
  readonly broughtBack: BroughtBack;
  readonly unfinished: readonly Unfinished[];
}

const leftovers: ReadonlySet<ActionKind> = new Set([
  'delete-upload',
  'delete-link',
  'delete-temporary',
  'delete-repository',
]);

/**
 * Carries out a plan on a storage, phase by phase: what a dead run had begun is seen to · restore · manifests go · links go, and what was
 * pushed meanwhile gets its links back · data is hidden · after a while, what was asked for meanwhile comes back · hidden data goes for
 * good · what only lies about goes.
 *
 * No blob takes a step forward without a complete mark that began after its last one.
 *
 * @throws STORE_WALK_FAILED: the run ends there, and nothing more is moved
 */
export async function applyStorePhases(input: StorePhasesInput): Promise<StoreApplied> {
  const phases = new StorePhases(input);
  await phases.recover();
  await phases.restore();
  await phases.deleteManifests();
  await phases.unlink();
  await phases.hide();
  await phases.settle();
  await phases.purge();
  await phases.removeLeftovers();
  return phases.end();
}

/** What the phases of one run hand on to each other. */
class StorePhases {
  readonly #input: StorePhasesInput;
  readonly #signal: AbortSignal;
  readonly #ends = new Map<number, Promise<boolean>>();
  #mark: FreshMark | undefined;
  #applied: Applied = { tally: noTally, stopped: false };
  #back: BroughtBack = { blobs: 0, links: 0 };
  #meant: MeantIn = new Map();
  /** What was written since is looked at when all has settled. */
  #lookFromMs = Number.POSITIVE_INFINITY;
  #isAnyHidden = false;
  #unfinished: readonly Unfinished[] = [];

  constructor(input: StorePhasesInput) {
    this.#input = input;
    this.#signal = input.context.lease.lost;
    this.#mark = input.mark;
  }

  end(): StoreApplied {
    return { ...this.#applied, broughtBack: this.#back, unfinished: this.#unfinished };
  }

  async recover(): Promise<void> {
    const { run, intentions } = this.#input;
    const pending = await this.#pending();
    if (begunIn(pending).size === 0) return;
    this.#lookFromMs = await run.store.clockMs(this.#signal);
    const { back, meant } = await recover(run, pending, intentions, this.#signal);
    this.#add(back);
    this.#meant = meant;
  }

  async restore(): Promise<void> {
    const { run } = this.#input;
    const digests = await this.#digestsOf('restore-blob');
    if (digests.length === 0) return;
    const pending = await this.#pending();
    const ended = digests.filter((digest) => !isBegun(pending.get(digest)));
    await this.#carryOut('restore-blob', restoreDoer(run, pending));
    if (this.#isStopped()) return;
    // All that is on its way out: a manifest tells only now what it needs besides.
    this.#add(await bringBack(run.store, pending, { sinceMs: 0, danglingLinks: false }, this.#signal));
    // What no manifest asks for was linked by somebody; it begins anew, from the first step.
    await run.store.forget(ended);
  }

  async deleteManifests(): Promise<void> {
    const { run, manifestGuards } = this.#input;
    if (await this.#isOver('delete-manifest')) return;
    this.#lookFromMs = Math.min(this.#lookFromMs, this.#mark?.beganAtMs ?? (await run.store.clockMs(this.#signal)));
    const sinceMs = this.#mark === undefined ? undefined : this.#since(this.#mark.beganAtMs);
    const named = await namedManifests(run, this.#input.actions(), sinceMs, this.#signal);
    const { tally } = await this.#carryOut('delete-manifest', manifestDoer(run, named), manifestGuards);
    const back = await this.#putManifestsBack();
    // The plan's mark counted them as gone.
    if (tally.skipped + tally.failed + back > 0) this.#mark = undefined;
  }

  async unlink(): Promise<void> {
    const { run } = this.#input;
    if (await this.#isOver('unlink-blob')) return;
    const inUse = await this.#inUse(0);
    const pending = await this.#pending();
    await this.#carryOut('unlink-blob', unlinkDoer({ run, inUse, pending, meant: this.#meant }));
    this.#lookFromMs = Math.min(this.#lookFromMs, inUse.mark.beganAtMs);
    // As soon as can be; but not for the last time.
    const look = { sinceMs: this.#since(this.#lookFromMs), danglingLinks: false };
    this.#add(await bringBack(run.store, await this.#pending(), look, this.#signal));
    // Nobody can have come in between, and the data may go at once.
    if (run.mode === 'read-only') await this.#settle({ ...run, timing: { ...run.timing, settleMs: 0 } });
  }

  async hide(): Promise<void> {
    const { run } = this.#input;
    if (await this.#isOver('hide-blob')) return;
    const digests = await this.#digestsOf('hide-blob');
    if (run.mode === 'read-only') await assertReadOnly(run, this.#signal);
    const pending = await this.#pending();
    const inUse = await this.#inUse(newest(digests, pending));
    const facts = new Map<Digest, BlobFacts>();
    for await (const one of run.store.examine(digests, true, this.#signal)) facts.set(one.digest, one);
    const nowMs = await run.store.clockMs(this.#signal);
    const { tally } = await this.#carryOut('hide-blob', hideDoer({ run, inUse, pending, facts, nowMs }));
    if (tally.done + tally.failed === 0) return;
    this.#isAnyHidden = true;
    this.#lookFromMs = Math.min(this.#lookFromMs, inUse.mark.beganAtMs);
  }

  /** When there is anything to wait for. */
  async settle(): Promise<void> {
    await this.#settle(this.#input.run);
  }

  async #settle(run: StoreRun): Promise<void> {
    const { intentions, context } = this.#input;
    const pending = await this.#pending();
    if (!this.#isAnyHidden && begunIn(pending).size === 0) return;
    const look = { sinceMs: this.#since(this.#lookFromMs), danglingLinks: this.#isAnyHidden };
    const signals = { stop: context.signal, lost: this.#signal };
    const { back, unfinished } = await settle(run, { pending, intentions, look }, signals);
    this.#add(back);
    this.#unfinished = unfinished;
  }

  async purge(): Promise<void> {
    const { run } = this.#input;
    if (await this.#isOver('purge-blob')) return;
    const digests = await this.#digestsOf('purge-blob');
    if (run.mode === 'read-only') await assertReadOnly(run, this.#signal);
    const pending = await this.#pending();
    const inUse = await this.#inUse(newest(digests, pending));
    const linked = await linkedWhileHidden(run.store, pending, this.#signal);
    const nowMs = await run.store.clockMs(this.#signal);
    await this.#carryOut('purge-blob', purgeDoer({ run, inUse, pending, linked, nowMs }));
  }

  async removeLeftovers(): Promise<void> {
    const { run } = this.#input;
    await this.#carryOutAll(leftovers, removeDoer(run, await this.#pending()));
  }

  /** As soon as can be; but not for the last time. */
  async #putManifestsBack(): Promise<number> {
    const { run, intentions } = this.#input;
    const { manifests } = await whatWasBegun(run, begunIn(await this.#pending()), intentions, this.#signal);
    const links = await putBackAskedFor(run.store, manifests, this.#since(this.#lookFromMs), this.#signal);
    this.#add({ blobs: 0, links });
    return links;
  }

  #carryOut(kind: ActionKind, doer: Doer, guards: readonly Guard[] = []): Promise<Applied> {
    return this.#carryOutAll(new Set([kind]), doer, guards);
  }

  async #carryOutAll(kinds: ReadonlySet<ActionKind>, doer: Doer, guards: readonly Guard[] = []): Promise<Applied> {
    const { actions, context } = this.#input;
    const withAge = [oldEnough(await this.#storeClock()), ...guards];
    const part = await applyPart(only(actions(), kinds), { ...context, doer, guards: withAge }, this.#ends);
    this.#applied = { tally: addTallies(this.#applied.tally, part.tally), stopped: part.stopped };
    return part;
  }

  /** What is in use now, by a mark that began later than `afterMs`, and by what was written since. */
  async #inUse(afterMs: number): Promise<InUse> {
    const { run } = this.#input;
    if (this.#mark === undefined || this.#mark.beganAtMs <= afterMs) this.#mark = await run.freshMarks(this.#signal);
    const mark = this.#mark;
    const namedSince = new Set<Digest>();
    for await (const { digest } of newReferences(run.store, this.#since(mark.beganAtMs), this.#signal))
      namedSince.add(digest);
    return { mark, namedSince };
  }

  /** The storage is asked once a phase; from then on its clock goes as the machine's does. */
  async #storeClock(): Promise<() => number> {
    const { store, nowMs } = this.#input.run;
    const aheadMs = (await store.clockMs(this.#signal)) - nowMs();
    return () => nowMs() + aheadMs;
  }

  #since(atMs: number): number {
    return Math.max(0, atMs - this.#input.run.timing.marginMs);
  }

  async #pending(): Promise<Map<Digest, PendingBlob>> {
    const pending = new Map<Digest, PendingBlob>();
    for await (const one of this.#input.run.store.pending(this.#signal)) pending.set(one.digest, one);
    return pending;
  }

  /** There is nothing to do, or the run was stopped: then what there is was told as skipped. */
  async #isOver(kind: ActionKind): Promise<boolean> {
    for await (const _ of only(this.#input.actions(), new Set([kind]))) {
      if (!this.#isStopped()) return false;
      await this.#carryOut(kind, idle);
      return true;
    }
    return true;
  }

  async #digestsOf(kind: ActionKind): Promise<readonly Digest[]> {
    const digests: Digest[] = [];
    for await (const { target } of only(this.#input.actions(), new Set([kind]))) digests.push(target.key as Digest);
    return digests;
  }

  #isStopped(): boolean {
    return this.#input.context.signal.aborted;
  }

  #add({ blobs, links }: BroughtBack): void {
    this.#back = { blobs: this.#back.blobs + blobs, links: this.#back.links + links };
  }
}

/** For what is not to be done any more. */
const idle: Doer = { check: neverAsked, prepare: neverAsked, carryOut: neverAsked };

async function neverAsked(): Promise<never> {
  throw new Error('the run was stopped, and something was to be done');
}

/** When the last of these took its last step. */
function newest(digests: readonly Digest[], pending: ReadonlyMap<Digest, PendingBlob>): number {
  return digests.reduce((latest, digest) => Math.max(latest, pending.get(digest)?.sinceMs ?? 0), 0);
}

async function* only(actions: AsyncIterable<Action>, kinds: ReadonlySet<ActionKind>): AsyncGenerator<Action> {
  for await (const action of actions) if (kinds.has(action.do)) yield action;
}
