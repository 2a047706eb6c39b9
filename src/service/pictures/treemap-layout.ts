import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { Look } from './area.tsx';
import type { Box } from './hatch.ts';

/** A part of the whole: a tag, what several share, all others together. */
export interface Tile {
  readonly label: string;
  /** In words, for who points at it, or hears it. */
  readonly title: string;
  /** Its area is in proportion to this. Parts of no size are not drawn. */
  readonly bytes: number;
  readonly look: Look;
  readonly href?: string;
}

/** Parts that lie together, under one name: a repository. */
export interface TileGroup {
  /** Empty where its tiles speak for themselves. */
  readonly name: string;
  readonly href?: string;
  readonly tiles: readonly Tile[];
}

export interface PlacedTile {
  readonly tile: Tile;
  readonly box: Box;
}

export interface PlacedGroup {
  readonly group: TileGroup;
  readonly box: Box;
  readonly tiles: readonly PlacedTile[];
}

/**
 * Divides a rectangle among parts so that every area is in exact proportion to its bytes and nothing is left over: there are no gaps and
 * no frames between them, edges are drawn upon them.
 */
export function layTiles(groups: readonly TileGroup[], width: number, height: number): readonly PlacedGroup[] {
  const drawn = groups
    .map((group) => ({ group, tiles: group.tiles.filter(({ bytes }) => bytes > 0) }))
    .filter(({ tiles }) => tiles.length > 0);
  if (drawn.length === 0) return [];
  const root = hierarchy<Branch>(
    { bytes: 0, branches: drawn.map(({ tiles }) => ({ bytes: 0, branches: tiles.map(({ bytes }) => ({ bytes })) })) },
    ({ branches }) => branches,
  ).sum(({ bytes }) => bytes);
  // What is largest goes first, which keeps tiles square; each keeps its place among the given ones to be found again.
  const placesOf = new Map<unknown, number>(
    (root.children ?? []).flatMap((child, n) => [
      [child.data, n] as const,
      ...(child.children ?? []).map((leaf, m) => [leaf.data, m] as const),
    ]),
  );
  root.sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const placed = treemap<Branch>().tile(treemapSquarify).size([width, height])(root);
  return (placed.children ?? []).flatMap((node) => {
    const one = drawn[placesOf.get(node.data) ?? -1];
    if (one === undefined) return [];
    const tiles = (node.children ?? []).flatMap((leaf) => {
      const tile = one.tiles[placesOf.get(leaf.data) ?? -1];
      return tile === undefined ? [] : [{ tile, box: boxOf(leaf) }];
    });
    return [{ group: one.group, box: boxOf(node), tiles }];
  });
}

interface Branch {
  readonly bytes: number;
  readonly branches?: readonly Branch[];
}

function boxOf({ x0, y0, x1, y1 }: HierarchyRectangularNode<Branch>): Box {
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}
