import { type Box, round } from './hatch.ts';
import { type KeeperEdge, type KeeperNode, layKeepers, type PlacedNode } from './keeper-layout.ts';
import { fitText, textWidth } from './text-width.ts';

/** At most so many nodes; the caller says how many more there are in nodes of the role `more`. */
export const GRAPH_NODES = 60;

/** Who keeps a thing, drawn: what keeps stands at the left, the thing itself at the right, the way that decides is bold. */
export function KeeperGraph({
  nodes,
  edges,
  title,
}: {
  readonly nodes: readonly KeeperNode[];
  readonly edges: readonly KeeperEdge[];
  readonly title: string;
}) {
  const layout = layKeepers(nodes, edges);
  const boxes = new Map(layout.nodes.map(({ node, box }) => [node.key, box]));
  const drawn = edges.flatMap((edge) => {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ edge, from, to }];
  });
  return (
    <figure class="picture keeper-graph scroll">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset draws nothing. */}
      <svg
        role="group"
        aria-label={title}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        width={layout.width}
        height={layout.height}
      >
        <desc>The list above has the same.</desc>
        {drawn
          .toSorted((a, b) => Number(a.edge.onWay) - Number(b.edge.onWay))
          .map(({ edge, from, to }) => (
            <Edge edge={edge} from={from} to={to} />
          ))}
        {layout.nodes.map((placed) => (
          <NodeOf placed={placed} />
        ))}
      </svg>
    </figure>
  );
}

function Edge({ edge, from, to }: { readonly edge: KeeperEdge; readonly from: Box; readonly to: Box }) {
  const [x0, y0] = [from.x + from.width, from.y + from.height / 2];
  const [x1, y1] = [to.x, to.y + to.height / 2];
  const sameColumn = from.x === to.x;
  const bend = sameColumn ? 30 : Math.max(20, (x1 - x0) / 2);
  const endX = sameColumn ? to.x + to.width : x1 - 6;
  const path = sameColumn
    ? `M${round(x0)} ${round(y0)}C${round(x0 + bend)} ${round(y0)} ${round(endX + bend)} ${round(y1)} ${round(endX)} ${round(y1)}`
    : `M${round(x0)} ${round(y0)}C${round(x0 + bend)} ${round(y0)} ${round(x1 - bend)} ${round(y1)} ${round(endX)} ${round(y1)}`;
  return (
    <g>
      <title>{edge.words}</title>
      <path class={edge.onWay ? 'edge edge-way' : 'edge'} d={path} />
      {!sameColumn && <path class="edge-end" d={`M${round(x1)} ${round(y1)}l-8 -4v8z`} />}
      {edge.onWay && !sameColumn && <EdgeWords words={edge.words} from={x0} to={x1} y={(y0 + y1) / 2 - 5} />}
    </g>
  );
}

function EdgeWords(props: { readonly words: string; readonly from: number; readonly to: number; readonly y: number }) {
  const text = fitText(props.words, props.to - props.from - 8, 10);
  if (text === '') return null;
  return (
    <text
      class="edge-words"
      x={round((props.from + props.to) / 2)}
      y={round(props.y)}
      font-size="10"
      text-anchor="middle"
    >
      {text}
    </text>
  );
}

function NodeOf({ placed: { node, box } }: { readonly placed: PlacedNode }) {
  const { x, y, width, height } = box;
  const inside = (
    <>
      <title>{node.title}</title>
      <rect class="node-box" x={round(x)} y={round(y)} width={width} height={height} rx="5" />
      <text class="edge-words" x={round(x + 8)} y={round(y + 14)} font-size="10">
        {fitText(node.kind, width - 16, 10)}
      </text>
      <text x={round(x + 8)} y={round(y + 30)} font-size="12">
        {(node.shows === 'beginning' ? fitText : fitEnd)(node.label, width - 16, 12)}
      </text>
    </>
  );
  return (
    <g class={`node node-${node.role}`}>
      {node.href === undefined ? (
        inside
      ) : (
        <a href={node.href} aria-label={node.title}>
          {inside}
        </a>
      )}
    </g>
  );
}

/** As much of the end as fits: of names with many parts the last ones tell them apart. */
function fitEnd(text: string, width: number, fontSize: number): string {
  if (textWidth(text, fontSize) <= width) return fitText(text, width, fontSize);
  const turned = fitText([...text].reverse().join(''), width, fontSize);
  return [...turned].reverse().join('');
}
