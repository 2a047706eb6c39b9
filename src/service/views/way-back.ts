import { edgeWords } from '../../report/explain/edge-words.ts';
import type { InventoryLink } from '../../systems/history/contract.ts';
import type { Keeper, Keepers } from './keepers.ts';

/** One step from what keeps an image down to the image. */
export interface WayStep {
  readonly keeper: Keeper;
  /** How it keeps the next: `points at`. Absent for the image itself. */
  readonly words?: string;
}

/**
 * The shortest way from what keeps an image down to it, root first. Only what stays itself is on it: a tag that goes keeps nothing.
 * Who holds something goes before a rule that keeps a tag, where the image is in use. Only the image itself where nothing keeps it.
 */
export function wayBack({ keepers, links }: Keepers): readonly WayStep[] {
  const [image] = keepers;
  if (image === undefined) return [];
  const keeping = keepingOnly(keepers, links);
  const byKey = new Map(keepers.map((keeper) => [keeper.key, keeper]));
  const linksTo = byEnd(
    links.filter(({ from, as }) => as !== 'retires' && keeping.has(from)),
    'to',
  );
  // Towards the image; nearest first, as a queue has it.
  const towards = new Map<string, InventoryLink | undefined>([[image.key, undefined]]);
  for (const key of towards.keys())
    for (const link of linksTo.get(key) ?? []) if (!towards.has(link.from)) towards.set(link.from, link);
  const ends = [...towards.keys()].filter((key) => key !== image.key && !linksTo.has(key));
  const claim = ends.find((key) => byKey.get(key)?.kind === 'claim');
  const rule = ends.find((key) => byKey.get(key)?.kind !== 'claim');
  const root = image.verdict === 'used' ? (claim ?? rule) : (rule ?? claim);
  const way: WayStep[] = [];
  for (let key = root; key !== undefined; ) {
    const link = towards.get(key);
    const keeper = byKey.get(key);
    if (keeper !== undefined) way.push({ keeper, ...(link !== undefined && { words: edgeWords(link.as) }) });
    key = link?.to;
  }
  return way.length === 0 ? [{ keeper: image }] : way;
}

/** Keys of those that stay: who holds, tags and images that do not go, and what is reached from either. */
export function keepingOnly(keepers: readonly Keeper[], links: readonly InventoryLink[]): ReadonlySet<string> {
  const goes = new Set(keepers.filter(({ verdict }) => verdict === 'goes').map(({ key }) => key));
  const holding = new Set(links.filter(({ as }) => as === 'holds').map(({ from }) => from));
  const keeping = new Set(
    keepers
      .filter(
        ({ key, kind, verdict }) => holding.has(key) || (verdict ?? 'goes') !== 'goes' || unknownTag(kind, verdict),
      )
      .map(({ key }) => key),
  );
  const keptBy = byEnd(
    links.filter(({ as }) => as !== 'retires'),
    'from',
  );
  for (const key of keeping) for (const { to } of keptBy.get(key) ?? []) if (!goes.has(to)) keeping.add(to);
  return keeping;
}

/** Tags beyond those whose fate was asked for: that they go is not known, so it is not said. */
function unknownTag(kind: Keeper['kind'], verdict: Keeper['verdict']): boolean {
  return verdict === undefined && (kind === 'tag' || kind === 'image');
}

function byEnd(links: readonly InventoryLink[], end: 'from' | 'to'): ReadonlyMap<string, readonly InventoryLink[]> {
  const groups = new Map<string, InventoryLink[]>();
  for (const link of links) {
    const group = groups.get(link[end]);
    if (group === undefined) groups.set(link[end], [link]);
    else group.push(link);
  }
  return groups;
}
