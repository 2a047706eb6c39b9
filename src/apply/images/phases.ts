import type { Action, ActionKind } from '../../plan/action.ts';
import { type Applied, type ApplyContext, applyPart } from '../apply.ts';
import type { Doer } from '../doer.ts';
import type { Deciding } from '../guards/decided-again.ts';
import { addTallies, noTally, type Outcome } from '../outcome.ts';
import { imageObjectsDoer } from './image-objects-doer.ts';
import type { ImagesRun } from './images-run.ts';
import { registryDataDoer } from './registry-data-doer.ts';
import { streamItemsDoer } from './stream-items-doer.ts';

export interface ImagesPhasesInput {
  readonly run: ImagesRun;
  /** The plan's actions, from the first, each time it is called. */
  readonly actions: () => AsyncIterable<Action>;
  readonly deciding: Deciding;
  readonly context: Omit<ApplyContext, 'doer' | 'guards'>;
}

/**
 * Carries out a plan on OpenShift's images, phase by phase: items leave their streams · all is looked at and decided again · links to manifests
 * go, then those to blobs · data goes · Image objects go.
 *
 * Each phase ends before the next begins, and no item that could not be removed loses anything that it needs.
 */
export async function applyImagesPhases(input: ImagesPhasesInput): Promise<Applied> {
  const { run, deciding, context } = input;
  const { nowMs } = context;
  const { registry } = run;
  const ends = new Map<number, Promise<boolean>>();
  const dataOutcomes = new Map<number, Outcome>();
  let applied: Applied = { tally: noTally, stopped: false };

  const phase = async (kinds: readonly ActionKind[], doer: Doer): Promise<Applied> => {
    const onOutcome: ApplyContext['onOutcome'] = (action, outcome) => {
      if (action.do === 'delete-blob') dataOutcomes.set(action.n, outcome);
      context.onOutcome(action, outcome);
    };
    const actions = only(input.actions(), new Set(kinds));
    const part = await applyPart(actions, { ...context, onOutcome, doer, guards: [deciding.guard] }, ends);
    applied = { tally: addTallies(applied.tally, part.tally), stopped: part.stopped };
    return part;
  };

  const { tally } = await phase(['delete-stream-item'], streamItemsDoer(run));
  if (tally.done + tally.alreadyGone + tally.failed > 0) deciding.forget();
  const decidedDigests = (scope: string) => deciding.last()?.digestsIn(scope) ?? new Set<string>();
  const data =
    registry === undefined ? withoutRegistry : registryDataDoer({ run: { ...run, registry }, decidedDigests, nowMs });
  await phase(['delete-manifest-link'], data);
  await phase(['delete-layer-link'], data);
  await phase(['delete-blob'], data);
  await phase(['delete-image'], imageObjectsDoer(run, dataOutcomes));
  return applied;
}

/** A plan for API objects alone has nothing for a registry. */
const withoutRegistry: Doer = { check: neverAsked, prepare: neverAsked, carryOut: neverAsked };

async function neverAsked(): Promise<never> {
  throw new Error('data of a registry was to be deleted, and no registry was opened');
}

async function* only(actions: AsyncIterable<Action>, kinds: ReadonlySet<ActionKind>): AsyncGenerator<Action> {
  for await (const action of actions) if (kinds.has(action.do)) yield action;
}
