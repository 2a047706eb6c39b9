import type { Box } from './hatch.ts';

/** A thing in the picture of who keeps whom. */
export interface KeeperNode {
  readonly key: string;
  readonly label: string;
  /** What it is, in a word: `tag`, `index`, `workload`, `record`. */
  readonly kind: string;
  /** In words, for who points at it, or hears it. */
  readonly title: string;
  readonly href?: string;
  /** Which end of a long label says more. Default: its end, as of names with many parts. */
  readonly shows?: 'beginning';
  /** Steps to the thing that the picture is about: 0 for that itself. */
  readonly depth: number;
  readonly role: 'target' | 'root' | 'step' | 'going' | 'more';
}

/** `from` keeps `to`. */
export interface KeeperEdge {
  readonly from: string;
  readonly to: string;
  readonly words: string;
  /** Part of the way that decides. */
  readonly onWay: boolean;
}

export interface PlacedNode {
  readonly node: KeeperNode;
  readonly box: Box;
}

export interface KeeperLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
}

const NODE = { width: 200, height: 40, gapX: 84, gapY: 12, margin: 8 };

/** Columns by depth, what keeps at the left, the target at the right; in a column those of the way come first. */
export function layKeepers(nodes: readonly KeeperNode[], edges: readonly KeeperEdge[]): KeeperLayout {
  const onWay = new Set(edges.filter((edge) => edge.onWay).flatMap(({ from, to }) => [from, to]));
  const depths = [...new Set(nodes.map(({ depth }) => depth))].sort((a, b) => b - a);
  const columns = depths.map((depth) =>
    nodes
      .filter((node) => node.depth === depth)
      .sort((a, b) => rank(a, onWay) - rank(b, onWay) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  );
  const tallest = columns.reduce((most, column) => Math.max(most, column.length), 0);
  return {
    width: 2 * NODE.margin + columns.length * (NODE.width + NODE.gapX) - NODE.gapX,
    height: 2 * NODE.margin + tallest * (NODE.height + NODE.gapY) - NODE.gapY,
    nodes: columns.flatMap((column, x) =>
      column.map((node, y) => ({
        node,
        box: {
          x: NODE.margin + x * (NODE.width + NODE.gapX),
          y: NODE.margin + y * (NODE.height + NODE.gapY),
          width: NODE.width,
          height: NODE.height,
        },
      })),
    ),
  };
}

function rank({ key, role }: KeeperNode, onWay: ReadonlySet<string>): number {
  if (onWay.has(key)) return 0;
  return { target: 1, root: 1, step: 2, going: 3, more: 4 }[role];
}
