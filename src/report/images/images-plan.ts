import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';
import { imagesPlanMarkdown } from './images-plan-markdown.ts';
import { imagesPlanTable } from './images-plan-table.ts';

/** A plan for OpenShift's images, for eyes. */
export function imagesPlan(plan: PlanToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  return format === 'markdown' ? imagesPlanMarkdown(plan) : imagesPlanTable(plan, { all: format === 'wide' }, paint);
}
