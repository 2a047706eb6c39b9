import { kustomizePages } from './chart-kustomize.ts';
import { chartValuesSchema } from './chart-values.ts';
import type { Page } from './pages.ts';

/** What is generated for the chart, and from it. */
export function chartPages(): readonly Page[] {
  return [
    {
      path: 'charts/winnow/values.schema.json',
      text: () => `${JSON.stringify(chartValuesSchema(), null, 2)}\n`,
    },
    ...kustomizePages(),
  ];
}
