import type { TagQuery, Verdict } from '../../systems/history/contract.ts';
import { type RepositorySort, repositorySorts } from '../views/storage-view.ts';
import { type PageContext, queryOf } from './show.ts';
import { type TileColour, tileColours } from './storage-tiles.ts';

export const verdicts = ['goes', 'stays', 'used'] as const satisfies readonly Verdict[];
export const tagSorts = ['exclusiveBytes', 'createdAt', 'name'] as const satisfies readonly TagQuery['sort'][];

/** What the address of a page of storage asks for; what makes no sense is as if it were not there. */
export interface Looked {
  readonly repository: string | undefined;
  readonly colour: TileColour;
  readonly text: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly sort: RepositorySort;
  readonly tagSort: TagQuery['sort'];
  /** From 1. */
  readonly page: number;
}

export function lookedFor(context: PageContext): Looked {
  const page = Number(queryOf(context, 'page') ?? '1');
  const sort = queryOf(context, 'sort');
  return {
    repository: queryOf(context, 'repository'),
    colour: tileColours.find((one) => one === queryOf(context, 'colour')) ?? 'verdict',
    text: queryOf(context, 'text')?.slice(0, 200),
    verdict: verdicts.find((one) => one === queryOf(context, 'verdict')),
    sort: repositorySorts.find((one) => one === sort) ?? 'bytes',
    tagSort: tagSorts.find((one) => one === sort) ?? 'exclusiveBytes',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** The query that asks for the same, or for something else of it. */
export function lookedQuery(
  looked: Looked,
  change: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { repository, colour, text, verdict, sort, tagSort, page } = looked;
  return {
    repository,
    colour: colour === 'verdict' ? undefined : colour,
    text,
    verdict,
    sort: repository === undefined ? without(sort, 'bytes') : without(tagSort, 'exclusiveBytes'),
    page: page === 1 ? undefined : `${page}`,
    ...change,
  };
}

function without(value: string, usual: string): string | undefined {
  return value === usual ? undefined : value;
}
