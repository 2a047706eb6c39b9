import type { SourceSummary } from '../../evidence/evidence.ts';
import type { Action } from '../../plan/action.ts';
import type { FleetNodePlan } from '../../plan/plan.ts';
import { actionDocument } from '../action-document.ts';
import { type Document, documentHead } from '../document.ts';
import { imagesPlanDocument } from '../images/images-plan-document.ts';
import { scopeFields } from '../scope-fields.ts';
import { isoTime } from '../words.ts';
import { type PlanToShow, planTotals } from './plan-to-show.ts';

/**
 * A plan for programs. The header comes first, then the actions as they are made, so that a reader can stop early and a writer
 * needs no memory. Sizes are whole bytes, times ISO 8601 in UTC.
 */
export function planDocument({ header, actions, kept }: PlanToShow): Document {
  return [
    ...documentHead('Plan'),
    ['id', header.id],
    ...scopeFields(header),
    ['madeAt', isoTime(header.madeAtMs)],
    ['expiresAt', isoTime(header.expiresAtMs)],
    ['records', header.records],
    ['evidence', header.evidence.map(sourceDocument)],
    ['gaps', header.gaps],
    ['limits', header.limits],
    ['broken', header.broken],
    ['counts', planTotals(header)],
    ['blobs', header.store],
    ['node', header.node],
    ['nodes', header.fleet?.nodes.map(nodePlanDocument)],
    ['nodesWithout', header.fleet?.without],
    ['imageCounts', header.images],
    ['clusters', header.clusters],
    ['badReferences', header.badReferences],
    ['idleRules', header.idleRules],
    ['repositories', header.repositories],
    ['keptByReason', header.keptByReason],
    ['freesBytes', header.freesBytes],
    ...(header.images === undefined
      ? ([['actions', actionDocuments(actions, header.scope.store?.name)]] as const)
      : imagesPlanDocument(actions)),
    ['kept', kept],
  ];
}

/** One node's own plan in that of a fleet; its actions are among those of all. */
function nodePlanDocument({ node, uid, sha256, header }: FleetNodePlan): object {
  const { id, scope, madeAtMs, expiresAtMs, actionCount, freesBytes, keptByReason } = header;
  return {
    ...{ node, uid, runtime: scope.node?.runtime, planId: id, sha256 },
    ...{ madeAt: isoTime(madeAtMs), expiresAt: isoTime(expiresAtMs) },
    ...{ counts: header.node, keptByReason, actionCount, freesBytes },
  };
}

function sourceDocument({ source, observedAtMs, facts, gaps }: SourceSummary): object {
  return { source, observedAt: isoTime(observedAtMs), facts, gaps };
}

function* actionDocuments(actions: Iterable<Action>, system: string | undefined): Generator<object> {
  for (const action of actions) yield actionDocument(action, system);
}
