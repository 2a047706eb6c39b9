import { edgeWords } from '../../report/explain/edge-words.ts';
import type { KeeperEdge, KeeperNode } from '../pictures/keeper-layout.ts';
import type { ImageView } from './image-view.ts';
import type { Keeper } from './keepers.ts';
import { keepingOnly } from './way-back.ts';

/** How a key is drawn. */
export interface DrawnKey {
  readonly kind: string;
  readonly words: string;
  readonly path?: string;
}

/**
 * The keepers of an image as nodes and edges: those of the way first, then by depth, at most so many; for the rest of each column one
 * node that counts them.
 *
 * @param drawKey - how a key is written, and where it leads below the base path
 */
export function keeperPicture(
  { header, keepers, way }: Pick<ImageView, 'header' | 'keepers' | 'way'>,
  most: number,
  basePath: string,
  drawKey: (target: string, key: string) => DrawnKey,
): { readonly nodes: readonly KeeperNode[]; readonly edges: readonly KeeperEdge[] } {
  const onWay = new Set(way.map(({ keeper }) => keeper.key));
  const keeping = keepingOnly(keepers.keepers, keepers.links);
  const ranked = keepers.keepers.toSorted(
    (a, b) => Number(onWay.has(b.key)) - Number(onWay.has(a.key)) || a.depth - b.depth,
  );
  const depths = new Set(ranked.map(({ depth }) => depth)).size;
  const shown = ranked.length <= most ? ranked : ranked.slice(0, Math.max(onWay.size, most - depths));
  const rest = new Map<number, number>();
  for (const { depth } of ranked.slice(shown.length)) rest.set(depth, (rest.get(depth) ?? 0) + 1);
  const root = way.length > 1 ? way[0]?.keeper.key : undefined;
  const nodeOf = (keeper: Keeper): KeeperNode => {
    const drawn =
      keeper.kind === 'claim'
        ? { kind: 'says so', words: keeper.key.slice('claim: '.length) }
        : drawKey(header.target, keeper.key);
    const role =
      keeper.depth === 0 ? 'target' : keeper.key === root ? 'root' : keeping.has(keeper.key) ? 'step' : 'going';
    const fate = role === 'going' ? ', keeps nothing: it goes, or nobody holds it' : '';
    return {
      ...{ key: keeper.key, label: drawn.words, kind: drawn.kind, depth: keeper.depth, role },
      title: `${drawn.kind} ${drawn.words}${keeper.reason === undefined ? '' : `: ${keeper.reason}`}${fate}`,
      ...(keeper.kind === 'claim' && { shows: 'beginning' as const }),
      ...('path' in drawn && drawn.path !== undefined && keeper.depth > 0 && { href: `${basePath}${drawn.path}` }),
    };
  };
  const more = [...rest].map(
    ([depth, count]): KeeperNode => ({
      ...{ key: `more ${depth}`, label: `+${count} more`, kind: 'not drawn', depth, role: 'more' },
      title: `${count} more that are not drawn`,
    }),
  );
  const steps = new Set(way.slice(1).map(({ keeper }, n) => `${way[n]?.keeper.key} ${keeper.key}`));
  const drawn = new Set(shown.map(({ key }) => key));
  const edges = keepers.links
    .filter(({ from, to }) => drawn.has(from) && drawn.has(to))
    .map(({ from, to, as }) => ({
      from,
      to,
      words: edgeWords(as),
      onWay: as !== 'retires' && steps.has(`${from} ${to}`),
    }));
  return { nodes: [...shown.map(nodeOf), ...more], edges };
}
