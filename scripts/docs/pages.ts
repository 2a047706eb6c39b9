import { settingsJsonSchema } from '../../src/config/json-schema.ts';
import { configReference } from '../../src/config/reference.ts';
import { apiPage } from './api-page.ts';
import { chartPages } from './chart-pages.ts';
import { cliPage } from './cli-page.ts';
import { errorsPage } from './errors-page.ts';
import { type FenceRule, importTable } from './import-table.ts';
import { fillBlock } from './markdown.ts';
import { edgeRows, guardTable, reasonTable } from './reason-tables.ts';
import { presetTable, usageKindTable } from './usage-tables.ts';

/** A page that is generated, as a whole or in parts. */
export interface Page {
  /** From the project's folder. */
  readonly path: string;
  /** @param present - the page as it is; generated parts are put into it. */
  readonly text: (present: string) => string;
}

/** All pages of which something is generated. @param fences - the rules of `.dependency-cruiser.mjs` */
export function generatedPages(fences: readonly FenceRule[]): readonly Page[] {
  return [
    ...chartPages(),
    { path: 'docs/api.md', text: () => apiPage() },
    { path: 'docs/cli.md', text: () => cliPage() },
    { path: 'docs/errors.md', text: () => errorsPage() },
    { path: 'docs/config.md', text: () => configReference() },
    { path: 'docs/config.schema.json', text: () => `${JSON.stringify(settingsJsonSchema(), null, 2)}\n` },
    { path: 'docs/architecture.md', text: (page) => fillBlock(page, 'imports', importTable(fences)) },
    {
      path: 'docs/dictionary.md',
      text: (page) =>
        fill(page, {
          'reasons to keep': reasonTable('keep'),
          'reasons to delete': reasonTable('delete'),
          guards: guardTable(),
          edges: edgeRows(),
        }),
    },
    {
      path: 'docs/clusters.md',
      text: (page) => fill(page, { 'usage kinds': usageKindTable(), extractors: presetTable() }),
    },
    ...(['reconcile', 'hard-prune'] as const).map((flow) => ({
      path: `docs/flows/${flow}.md`,
      text: (page: string) =>
        fill(page, { 'reasons to keep': reasonTable('keep', flow), 'reasons to delete': reasonTable('delete', flow) }),
    })),
  ];
}

function fill(page: string, blocks: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(blocks).reduce((text, [name, lines]) => fillBlock(text, name, lines), page);
}
