import { countAges } from '../../src/report/inventory-ages.ts';
import type { InventoryHeader, InventoryLine, InventoryLink, Verdict } from '../../src/systems/history/contract.ts';

export const madeUpTarget = 'registry.example:5000';
export const madeAtMs = Date.UTC(2026, 10, 21, 3);
const DAY_MS = 86_400_000;

/** A digest that is told apart by a number: `sha256:000…2a`. */
export function madeUpDigest(n: number): string {
  return `sha256:${n.toString(16).padStart(64, '0')}`;
}

/** A tag on an image of its own, with what becomes of both. */
export interface MadeUpTag {
  readonly repository: string;
  readonly tag: string;
  /** Of its image, by {@link madeUpDigest}. */
  readonly image: number;
  readonly bytes: number;
  readonly verdict: Verdict;
  readonly ageDays?: number;
  readonly reason?: string;
}

export interface MadeUpBytes {
  /** Held by several tags of one repository, by its name. */
  readonly sharedInside?: Readonly<Record<string, number>>;
  readonly untagged?: Readonly<Record<string, number>>;
  readonly sharedBytes?: number;
}

/** An inventory in which all sums fit together. Links from tags to their images are there; others are given. */
export function madeUpInventory(
  tags: readonly MadeUpTag[],
  links: readonly InventoryLink[] = [],
  { sharedInside = {}, untagged = {}, sharedBytes = 0 }: MadeUpBytes = {},
): { readonly header: InventoryHeader; readonly lines: readonly InventoryLine[] } {
  const names = [...new Set(tags.map(({ repository }) => repository))];
  const sum = (of: readonly MadeUpTag[]) => of.reduce((bytes, one) => bytes + one.bytes, 0);
  const repositories = names.map((name) => {
    const own = tags.filter(({ repository }) => repository === name);
    const going = own.filter(({ verdict }) => verdict === 'goes');
    const sharedInsideBytes = sharedInside[name] ?? 0;
    const untaggedBytes = untagged[name] ?? 0;
    return {
      ...{
        name,
        tags: own.length,
        images: own.length,
        sharedInsideBytes,
        untaggedBytes,
        sharedOutsideBytes: sharedBytes,
      },
      exclusiveBytes: sum(own) + sharedInsideBytes + untaggedBytes,
      ...{ goingTags: going.length, goingBytes: sum(going) },
      ages: countAges(
        own.map(({ bytes, verdict, ageDays }) => ({
          ...{ verdict, exclusiveBytes: bytes },
          ...(ageDays !== undefined && { createdAtMs: madeAtMs - ageDays * DAY_MS }),
        })),
        madeAtMs,
      ),
    };
  });
  const header: InventoryHeader = {
    ...{ inventory: 'inventory/v1', target: madeUpTarget, flow: 'prune', planId: 'plan-1', madeAtMs },
    ...{ repositories: names.length, tags: tags.length, images: tags.length, sharedBytes, gaps: 0 },
    bytes: sharedBytes + repositories.reduce((bytes, one) => bytes + one.exclusiveBytes, 0),
    untaggedBytes: Object.values(untagged).reduce((bytes, one) => bytes + one, 0),
    reclaimableBytes: sum(tags.filter(({ verdict }) => verdict === 'goes')),
  };
  return {
    header,
    lines: [
      ...repositories.map((repository) => ({ repository })),
      ...tags.flatMap(linesOf),
      ...links.map((link) => ({ link })),
    ],
  };
}

function linesOf({ repository, tag, image, bytes, verdict, ageDays, reason }: MadeUpTag): readonly InventoryLine[] {
  const digest = madeUpDigest(image);
  const fate = { verdict, reasonCode: 'kept-by-policy', reason: reason ?? `policy builds (${tag})` };
  const created = ageDays === undefined ? {} : { createdAtMs: madeAtMs - ageDays * DAY_MS };
  return [
    { tag: { repository, tag, digest, exclusiveBytes: bytes, bytes, ...created, ...fate } },
    {
      image: {
        ...{ repository, digest, bytes, ...created, ...fate, reasonCode: 'referenced' },
        layers: [{ digest: madeUpDigest(image + 100_000), bytes, images: 1 }],
      },
    },
    {
      link: { from: `${madeUpTarget}/${repository}:${tag}`, to: `${madeUpTarget}/${repository}@${digest}`, as: 'tag' },
    },
  ];
}
