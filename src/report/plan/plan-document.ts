import type { SourceSummary } from '../../evidence/evidence.ts';
import type { Action } from '../../plan/action.ts';
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

function sourceDocument({ source, observedAtMs, facts, gaps }: SourceSummary): object {
  return { source, observedAt: isoTime(observedAtMs), facts, gaps };
}

function* actionDocuments(actions: Iterable<Action>, system: string | undefined): Generator<object> {
  for (const action of actions) yield actionDocument(action, system);
}
