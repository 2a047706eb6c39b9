import type { OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { type ListKind, renderList } from './list.ts';

/** A repository of the registry. */
export interface RepositoryRow {
  readonly repository: string;
  /** Name of its class in the policy, or `unknown`; absent without a policy. */
  readonly class?: string;
  /** Absent when its tags were not listed. */
  readonly tagCount?: number;
}

const repositories: ListKind<RepositoryRow> = {
  kind: 'RepositoryList',
  columns: [
    { title: 'REPOSITORY', name: true, text: ({ repository }) => repository },
    { title: 'CLASS', text: (row) => row.class ?? '-' },
    { title: 'TAGS', wide: true, align: 'right', text: ({ tagCount }) => String(tagCount ?? '-') },
  ],
  item: (row) => row,
  empty: 'No repositories.',
};

/** `repo ls`. @param registry - its host, as in references. @returns lines, without line feeds. */
export function renderRepositories(
  rows: Iterable<RepositoryRow>,
  registry: string,
  format: OutputFormat,
  paint: Paint,
): Iterable<string> {
  return renderList(repositories, rows, format, paint, [['registry', registry]]);
}
