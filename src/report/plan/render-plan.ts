import { imagesPlan } from '../images/images-plan.ts';
import { fleetPlan } from '../node/fleet-plan.ts';
import { nodePlan } from '../node/node-plan.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { storePlan } from '../store/store-plan.ts';
import { planDocument } from './plan-document.ts';
import { planMarkdown } from './plan-markdown.ts';
import { planTable } from './plan-table.ts';
import type { PlanToShow } from './plan-to-show.ts';

/**
 * Shows a plan. A million actions stream: no more is held than a table's first rows.
 *
 * @returns lines, without line feeds.
 */
export function renderPlan(plan: PlanToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(planDocument(plan), format);
  if (plan.header.store !== undefined) return storePlan({ ...plan, store: plan.header.store }, format, paint);
  if (plan.header.node !== undefined) return nodePlan({ ...plan, node: plan.header.node }, format, paint);
  if (plan.header.fleet !== undefined) return fleetPlan({ ...plan, fleet: plan.header.fleet }, format, paint);
  if (plan.header.images !== undefined) return imagesPlan(plan, format, paint);
  return format === 'markdown' ? planMarkdown(plan) : planTable(plan, { all: format === 'wide' }, paint);
}
