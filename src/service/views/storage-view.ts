import type {
  History,
  InventoryHeader,
  InventoryRepository,
  InventoryTag,
  TagQuery,
} from '../../systems/history/contract.ts';
import { ServiceError } from '../errors.ts';

/** The parts of one repository; they add up to what it holds alone. */
export interface RepositoryParts {
  readonly repository: InventoryRepository;
  /** Its tags that hold most alone. */
  readonly tags: readonly InventoryTag[];
  /** All of its other tags together. */
  readonly otherTags: { readonly tags: number; readonly bytes: number };
}

/** A registry, divided so that all parts add up to its bytes: repositories, all others together, and what several share. */
export interface RegistryParts {
  readonly header: InventoryHeader;
  /** Those that hold most. */
  readonly repositories: readonly RepositoryParts[];
  readonly otherRepositories: { readonly repositories: number; readonly bytes: number; readonly goingTags: number };
}

/** How much a picture shows one by one. */
export interface PartLimits {
  readonly repositories: number;
  /** In each. */
  readonly tags: number;
}

/** All registries of which something is known, the largest first. */
export async function registriesOf(history: History): Promise<readonly InventoryHeader[]> {
  const headers = await history.inventories();
  return headers.toSorted((a, b) => b.bytes - a.bytes || (a.target < b.target ? -1 : 1));
}

/** @throws NO_INVENTORY */
export async function registryOf(history: History, target: string): Promise<InventoryHeader> {
  const header = (await history.inventories()).find((one) => one.target === target);
  if (header !== undefined) return header;
  throw new ServiceError(
    'NO_INVENTORY',
    `looking for the registry ${JSON.stringify(target.slice(0, 100))}: no run has seen it`,
  );
}

/** @throws NO_INVENTORY */
export function repositoryOf(
  repositories: readonly InventoryRepository[],
  target: string,
  name: string,
): InventoryRepository {
  const repository = repositories.find((one) => one.name === name);
  if (repository !== undefined) return repository;
  throw new ServiceError(
    'NO_INVENTORY',
    `looking for the repository ${JSON.stringify(name.slice(0, 200))} in ${target}: no run has seen it`,
  );
}

/** @param repositories - all of the registry */
export async function registryParts(
  history: History,
  header: InventoryHeader,
  repositories: readonly InventoryRepository[],
  limits: PartLimits,
): Promise<RegistryParts> {
  const byBytes = repositories.toSorted((a, b) => b.exclusiveBytes - a.exclusiveBytes);
  const others = byBytes.slice(limits.repositories);
  return {
    header,
    repositories: await Promise.all(
      byBytes.slice(0, limits.repositories).map((one) => repositoryParts(history, header.target, one, limits.tags)),
    ),
    otherRepositories: {
      repositories: others.length,
      bytes: others.reduce((sum, { exclusiveBytes }) => sum + exclusiveBytes, 0),
      goingTags: others.reduce((sum, { goingTags }) => sum + goingTags, 0),
    },
  };
}

/** @param most - so many tags one by one */
export async function repositoryParts(
  history: History,
  target: string,
  repository: InventoryRepository,
  most: number,
): Promise<RepositoryParts> {
  const query: TagQuery = { repository: repository.name, sort: 'exclusiveBytes', limit: most };
  const { rows } = await history.inventoryTags(target, query);
  const tags = rows.filter(({ exclusiveBytes }) => exclusiveBytes > 0);
  const shown = tags.reduce((sum, { exclusiveBytes }) => sum + exclusiveBytes, 0);
  const { exclusiveBytes, sharedInsideBytes, untaggedBytes } = repository;
  return {
    repository,
    tags,
    otherTags: {
      tags: repository.tags - tags.length,
      bytes: Math.max(0, exclusiveBytes - sharedInsideBytes - untaggedBytes - shown),
    },
  };
}

export const repositorySorts = ['bytes', 'reclaimable', 'tags', 'newest', 'name'] as const;
export type RepositorySort = (typeof repositorySorts)[number];

const repositoryOrders: Readonly<Record<RepositorySort, (a: InventoryRepository, b: InventoryRepository) => number>> = {
  bytes: (a, b) => b.exclusiveBytes - a.exclusiveBytes,
  reclaimable: (a, b) => b.goingBytes - a.goingBytes,
  tags: (a, b) => b.tags - a.tags,
  newest: (a, b) => (b.newestAtMs ?? 0) - (a.newestAtMs ?? 0),
  name: () => 0,
};

/** One page of a table. */
export interface TablePage<Row> {
  readonly rows: readonly Row[];
  /** On all pages. */
  readonly count: number;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
}

/** @param text - part of the name, whatever its case */
export function repositoryPage(
  repositories: readonly InventoryRepository[],
  { text, sort, page, size }: { text?: string | undefined; sort: RepositorySort; page: number; size: number },
): TablePage<InventoryRepository> {
  const part = text?.toLowerCase();
  const found = repositories
    .filter(({ name }) => part === undefined || name.toLowerCase().includes(part))
    .sort((a, b) => repositoryOrders[sort](a, b) || (a.name < b.name ? -1 : 1));
  const pages = Math.max(1, Math.ceil(found.length / size));
  const here = Math.min(page, pages);
  return { rows: found.slice((here - 1) * size, here * size), count: found.length, page: here, pages };
}

/** Tags of one page, and the sums over all that are found. */
export interface TagPage extends TablePage<InventoryTag> {
  readonly exclusiveBytes: number;
}

export async function tagPage(
  history: History,
  target: string,
  query: Omit<TagQuery, 'offset' | 'limit'>,
  { page, size }: { readonly page: number; readonly size: number },
): Promise<TagPage> {
  const found = await history.inventoryTags(target, { ...query, offset: (page - 1) * size, limit: size });
  const pages = Math.max(1, Math.ceil(found.tags / size));
  if (page > pages) return await tagPage(history, target, query, { page: pages, size });
  return { rows: found.rows, count: found.tags, page, pages, exclusiveBytes: found.exclusiveBytes };
}
