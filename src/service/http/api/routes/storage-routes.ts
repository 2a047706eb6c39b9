import * as z from 'zod';
import type { InventoryHeader } from '../../../../systems/history/contract.ts';
import { ServiceError } from '../../../errors.ts';
import { limit, place, shortText } from '../limits.ts';
import { bytes, named, whole } from '../named.ts';
import { type Call, type Route, route } from '../route.ts';
import { policyTestSchema } from '../schemas/plan-schemas.ts';
import {
  diskSchema,
  imageSchema,
  inventorySchema,
  linkSchema,
  repositorySchema,
  tagSchema,
  verdicts,
} from '../schemas/storage-schemas.ts';

const listOf = <Item extends z.ZodType>(id: string, item: Item) => named(id, z.strictObject({ items: z.array(item) }));

const tagPage = named(
  'TagPage',
  z.strictObject({
    items: z.array(tagSchema),
    next: z.string().exactOptional(),
    tags: whole().describe('That the query finds, on all pages'),
    exclusiveBytes: bytes().describe('Of all that the query finds'),
  }),
);

const DAY_MS = 24 * 3_600_000;

/** What is in registries, and how full disks are. */
export const storageRoutes: readonly Route[] = [
  route({
    ...{ method: 'get', path: '/registries', id: 'listRegistries', role: 'viewer' },
    summary: 'Registries that a run has seen, with sums.',
    answer: { status: 200, json: listOf('RegistryList', inventorySchema) },
    errors: [],
    does: async ({ parts }) => ({ items: await parts.history.inventories() }),
  }),
  route({
    ...{ method: 'get', path: '/registries/:target/repositories', id: 'listRepositories', role: 'viewer' },
    summary: 'Its repositories, the largest first. `:target` is URL-encoded.',
    answer: { status: 200, json: listOf('RepositoryList', repositorySchema) },
    errors: ['NO_INVENTORY'],
    does: async (call) => ({ items: await call.parts.history.inventoryRepositories((await registryOf(call)).target) }),
  }),
  route({
    ...{ method: 'get', path: '/registries/:target/tags', id: 'listTags', role: 'viewer' },
    summary: 'Its tags, with what becomes of them and why.',
    query: z.strictObject({
      repository: shortText('Of one repository'),
      verdict: z.enum(verdicts).exactOptional().describe('What becomes of them'),
      text: shortText('Part of `repository:tag`, whatever its case'),
      sort: z.enum(['exclusiveBytes', 'createdAt', 'name']).default('exclusiveBytes'),
      from: place('The `next` of the page before'),
      limit: limit(100, 1000),
    }),
    answer: { status: 200, json: tagPage },
    errors: ['NO_INVENTORY'],
    does: async (call) => {
      const { repository, verdict, text, sort, from: offset = 0, limit: most } = call.query;
      const { target } = await registryOf(call);
      const { rows, tags, exclusiveBytes } = await call.parts.history.inventoryTags(target, {
        ...(repository !== undefined && { repository }),
        ...(verdict !== undefined && { verdict }),
        ...(text !== undefined && { text }),
        ...{ sort, offset, limit: most },
      });
      const next = offset + rows.length < tags ? { next: String(offset + rows.length) } : {};
      return { items: rows, ...next, tags, exclusiveBytes };
    },
  }),
  route({
    ...{ method: 'get', path: '/registries/:target/images/:digest', id: 'getImages', role: 'viewer' },
    summary: 'An image by its digest, in every repository that has it.',
    answer: { status: 200, json: listOf('ImageList', imageSchema) },
    errors: ['NO_INVENTORY'],
    does: async (call) => {
      const [{ target }, digest] = [await registryOf(call), call.at('digest')];
      const items = await call.parts.history.inventoryImagesOf(target, digest);
      if (items.length > 0) return { items };
      throw new ServiceError(
        'NO_INVENTORY',
        `looking for ${JSON.stringify(digest.slice(0, 100))} in ${target}: no run saw it`,
      );
    },
  }),
  route({
    ...{ method: 'get', path: '/registries/:target/links', id: 'listLinks', role: 'viewer' },
    summary: 'Who keeps any of these, or what any of these keep: the way back to what holds an image.',
    query: z.strictObject({
      end: z.enum(['to', 'from']).default('to').describe('`to`: who keeps them; `from`: what they keep'),
      key: z.array(z.string().min(1).max(600)).min(1).max(100).describe('As links name them'),
      limit: limit(500, 5000),
    }),
    repeated: ['key'],
    answer: { status: 200, json: listOf('LinkList', linkSchema) },
    errors: ['NO_INVENTORY'],
    does: async (call) => {
      const { end, key: keys, limit: most } = call.query;
      return { items: await call.parts.history.inventoryLinks((await registryOf(call)).target, end, keys, most) };
    },
  }),
  route({
    ...{ method: 'post', path: '/registries/:target/try-policies', id: 'tryPolicies', role: 'viewer' },
    summary: 'What other policies would do, by the evidence of the last run: nothing is asked and nothing touched.',
    body: named(
      'TryPolicies',
      z.strictObject({ settings: z.string().max(200_000).describe('A settings file, as YAML') }),
    ),
    answer: { status: 200, json: policyTestSchema },
    errors: ['NO_EVIDENCE', 'POLICY_INVALID'],
    does: ({ parts, at, person, body, context }) =>
      parts.desk.tryPolicies(at('target'), body.settings, person, context.req.raw.signal),
  }),
  route({
    ...{ method: 'get', path: '/disks', id: 'listDisks', role: 'viewer' },
    summary: 'How full registries, storages and nodes are.',
    answer: { status: 200, json: listOf('DiskList', diskSchema) },
    errors: [],
    does: async ({ parts }) => ({ items: await parts.history.disks() }),
  }),
  route({
    ...{ method: 'get', path: '/disks/:target/history', id: 'getDiskHistory', role: 'viewer' },
    summary: 'How full one was, in order.',
    query: z.strictObject({ sinceMs: place('UTC milliseconds since 1970; default: 30 days ago') }),
    answer: { status: 200, json: listOf('DiskHistory', diskSchema) },
    errors: [],
    does: async ({ parts, at, query: { sinceMs = parts.nowMs() - 30 * DAY_MS } }) => ({
      items: await parts.history.diskHistory(at('target'), sinceMs),
    }),
  }),
];

/** @throws NO_INVENTORY */
async function registryOf({ parts, at }: Pick<Call, 'parts' | 'at'>): Promise<InventoryHeader> {
  const target = at('target');
  const found = (await parts.history.inventories()).find((one) => one.target === target);
  if (found !== undefined) return found;
  throw new ServiceError(
    'NO_INVENTORY',
    `looking for the registry ${JSON.stringify(target.slice(0, 100))}: no run saw it`,
  );
}
