import * as z from 'zod';
import type {
  DiskReading,
  InventoryHeader,
  InventoryImage,
  InventoryLink,
  InventoryRepository,
  InventoryTag,
} from '../../../../systems/history/contract.ts';
import { atMs, bytes, named, whole } from '../named.ts';

export const verdicts = ['goes', 'stays', 'used'] as const;

const judged = {
  verdict: z.enum(verdicts),
  reasonCode: z.string(),
  reason: z.string(),
};

export const inventorySchema = named(
  'Registry',
  z.strictObject({
    inventory: z.literal('inventory/v1'),
    target: z.string(),
    flow: z.string(),
    planId: z.string(),
    madeAtMs: atMs(),
    repositories: whole(),
    tags: whole(),
    images: whole(),
    bytes: bytes(),
    sharedBytes: bytes(),
    untaggedBytes: bytes(),
    reclaimableBytes: bytes(),
    gaps: whole(),
  }),
  'What the last run saw of a registry. Each blob counts once.',
) satisfies z.ZodType<InventoryHeader>;

const ageCount = () => z.strictObject({ tags: whole(), bytes: bytes() });

export const repositorySchema = named(
  'Repository',
  z.strictObject({
    name: z.string(),
    tags: whole(),
    images: whole(),
    exclusiveBytes: bytes(),
    sharedInsideBytes: bytes(),
    untaggedBytes: bytes(),
    sharedOutsideBytes: bytes(),
    goingTags: whole(),
    goingBytes: bytes(),
    newestAtMs: atMs().exactOptional(),
    oldestAtMs: atMs().exactOptional(),
    ages: z.array(z.strictObject({ goes: ageCount(), stays: ageCount(), used: ageCount() })),
  }),
) satisfies z.ZodType<InventoryRepository>;

export const tagSchema = named(
  'Tag',
  z.strictObject({
    repository: z.string(),
    tag: z.string(),
    digest: z.string().exactOptional(),
    exclusiveBytes: bytes(),
    bytes: bytes(),
    createdAtMs: atMs().exactOptional(),
    lastUsedAtMs: atMs().exactOptional(),
    ...judged,
  }),
) satisfies z.ZodType<InventoryTag>;

export const imageSchema = named(
  'Image',
  z.strictObject({
    repository: z.string(),
    digest: z.string(),
    mediaType: z.string().exactOptional(),
    bytes: bytes(),
    createdAtMs: atMs().exactOptional(),
    lastUsedAtMs: atMs().exactOptional(),
    ...judged,
    layers: z.array(z.strictObject({ digest: z.string(), bytes: bytes(), images: whole() })),
    attributes: z.record(z.string(), z.string()).exactOptional(),
  }),
) satisfies z.ZodType<InventoryImage>;

export const linkSchema = named(
  'Link',
  z.strictObject({ from: z.string(), to: z.string(), as: z.string() }),
  'One step of the way back: `to` stays because `from` does.',
) satisfies z.ZodType<InventoryLink>;

export const diskSchema = named(
  'Disk',
  z.strictObject({
    target: z.string(),
    kind: z.enum(['registry', 'store', 'node']),
    atMs: atMs(),
    usedBytes: bytes(),
    capacityBytes: bytes().exactOptional(),
    reclaimableBytes: bytes().exactOptional(),
    highPercent: z.number().exactOptional(),
    lowPercent: z.number().exactOptional(),
  }),
) satisfies z.ZodType<DiskReading>;
