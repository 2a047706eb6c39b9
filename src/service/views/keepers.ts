import type { History, InventoryLink, Verdict } from '../../systems/history/contract.ts';
import { type KeyParts, readKey } from './image-key.ts';

/** Bounds of a walk: no image is worth more than this, and pages stay quick. */
const MOST_KEEPERS = 400;
const MOST_DEPTH = 12;
const MOST_LINKS = 1000;
/** Fates that are asked for, one by one. */
const MOST_FATES = 60;

/** Something that keeps an image, or would if it stayed. */
export interface Keeper {
  readonly key: string;
  /** `claim`: somebody's words that something is in use, or done with. */
  readonly kind: KeyParts['kind'] | 'claim';
  /** Steps to the image. */
  readonly depth: number;
  /** What becomes of a tag or image, as far as it was asked for. */
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly reasonCode?: string;
}

/** Who keeps an image, as far as the walk went. */
export interface Keepers {
  /** The image itself comes first, then by depth. */
  readonly keepers: readonly Keeper[];
  /** `from` keeps `to`; claims are named by {@link claimKey}. */
  readonly links: readonly InventoryLink[];
  /** Whether there are more than the walk could see. */
  readonly cut: boolean;
}

/** Words of a claimant are no key of a thing, even where they look like one. */
export function claimKey(words: string): string {
  return `claim: ${words}`;
}

/** Walks back from an image, step by step, to those who say that it is in use. */
export async function keepersOf(history: History, target: string, key: string): Promise<Keepers> {
  const depths = new Map<string, number>([[key, 0]]);
  const claims = new Set<string>();
  const links: InventoryLink[] = [];
  let frontier: readonly string[] = [key];
  let cut = false;
  for (let depth = 1; frontier.length > 0 && depth <= MOST_DEPTH; depth += 1) {
    const found = await history.inventoryLinks(target, 'to', frontier, MOST_LINKS);
    if (found.length === MOST_LINKS) cut = true;
    const next: string[] = [];
    for (const { from, to, as } of found) {
      if (from === to) continue; // a reference and the tag that it names are written alike
      const isClaim = as === 'holds' || as === 'retires';
      const keeper = isClaim ? claimKey(from) : from;
      if (!depths.has(keeper)) {
        if (depths.size >= MOST_KEEPERS) {
          cut = true;
          continue;
        }
        depths.set(keeper, depth);
        if (isClaim) claims.add(keeper);
        else next.push(keeper);
      }
      links.push({ from: keeper, to, as });
    }
    frontier = next;
  }
  const kindOf = (one: string): Keeper['kind'] => (claims.has(one) ? 'claim' : readKey(target, one).kind);
  const keepers = [...depths].map(([one, depth]) => ({ key: one, kind: kindOf(one), depth }));
  return { keepers: await withFates(history, target, keepers), links, cut: cut || frontier.length > 0 };
}

/** What becomes of the first tags and images among them. */
async function withFates(history: History, target: string, keepers: readonly Keeper[]): Promise<readonly Keeper[]> {
  const judged = keepers.filter(({ kind }) => kind === 'tag' || kind === 'image').slice(0, MOST_FATES);
  const fates = await Promise.all(judged.map(({ key }) => fateOf(history, target, readKey(target, key))));
  const byKey = new Map(judged.map(({ key }, n) => [key, fates[n]]));
  return keepers.map((keeper) => ({ ...keeper, ...byKey.get(keeper.key) }));
}

async function fateOf(
  history: History,
  target: string,
  parts: KeyParts,
): Promise<Pick<Keeper, 'verdict' | 'reason' | 'reasonCode'>> {
  if (parts.kind === 'image') return fateIn(await history.inventoryImage(target, parts.repository, parts.digest));
  if (parts.kind !== 'tag') return {};
  return fateIn(await history.inventoryTag(target, parts.repository, parts.tag));
}

function fateIn(
  found: { readonly verdict: Verdict; readonly reason: string; readonly reasonCode: string } | undefined,
): Pick<Keeper, 'verdict' | 'reason' | 'reasonCode'> {
  if (found === undefined) return {};
  const { verdict, reason, reasonCode } = found;
  return { verdict, reason, reasonCode };
}
