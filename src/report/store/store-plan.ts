import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { storePlanMarkdown } from './store-plan-markdown.ts';
import { storePlanTable } from './store-plan-table.ts';
import type { StorePlanToShow } from './store-plan-to-show.ts';

/** A plan for a registry's storage, for eyes. */
export function storePlan(plan: StorePlanToShow, format: OutputFormat, paint: Paint): Iterable<string> {
  return format === 'markdown' ? storePlanMarkdown(plan) : storePlanTable(plan, { all: format === 'wide' }, paint);
}
