import { Area, Legend, type Look, looks } from './area.tsx';
import { type Box, round } from './hatch.ts';
import { fitText, textWidth } from './text-width.ts';
import { layTiles, type PlacedGroup, type PlacedTile, type TileGroup } from './treemap-layout.ts';

const WIDTH = 960;
const HEIGHT = 480;
const NAME = { height: 19, fontSize: 12, bold: 1.12 };
const LABEL = { fontSize: 11, lineHeight: 14, margin: 4 };
/** Smaller ones can't be met with a pointer. The table has them. */
const LEAST_LINK = 10;

/**
 * Bytes as areas: repositories, and in them tags. It is a group of links, not an image, because its tiles lead on. A table with the same
 * figures belongs below it.
 *
 * @param title - what it shows, with its sum
 * @param legend - what its colours mean
 */
export function Treemap({
  groups,
  title,
  legend,
}: {
  readonly groups: readonly TileGroup[];
  readonly title: string;
  readonly legend: readonly { readonly look: Look; readonly words: string }[];
}) {
  const placed = layTiles(groups, WIDTH, HEIGHT);
  if (placed.length === 0) return <p class="picture-empty">It holds no bytes: there is nothing to draw.</p>;
  return (
    <figure class="picture treemap">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset draws nothing. */}
      <svg role="group" aria-label={title} viewBox={`0 0 ${WIDTH} ${HEIGHT}`}>
        <desc>Areas are in proportion to bytes. The table below has the same figures.</desc>
        {placed.map((group) => (
          <Group placed={group} />
        ))}
      </svg>
      <figcaption>
        {title}
        <Legend items={legend} />
      </figcaption>
    </figure>
  );
}

function Group({ placed: { group, box, tiles } }: { readonly placed: PlacedGroup }) {
  const name = box.height < NAME.height ? '' : fitText(group.name, box.width / NAME.bold - 10, NAME.fontSize);
  const nameBottom = name === '' ? box.y : box.y + NAME.height;
  return (
    <g>
      {tiles.map((tile) => (
        <TileOf placed={tile} below={nameBottom} />
      ))}
      <rect class="group-edge" x={round(box.x)} y={round(box.y)} width={round(box.width)} height={round(box.height)} />
      {name !== '' && <GroupName group={group} name={name} box={box} />}
    </g>
  );
}

function GroupName({ group, name, box }: { readonly group: TileGroup; readonly name: string; readonly box: Box }) {
  const text = (
    <>
      <rect
        class="label-back"
        x={round(box.x + 1)}
        y={round(box.y + 1)}
        width={round(Math.min(box.width - 2, textWidth(name, NAME.fontSize) * NAME.bold + 8))}
        height={NAME.height - 2}
      />
      <text class="group-name" x={round(box.x + 5)} y={round(box.y + 14)} font-size={NAME.fontSize}>
        {name}
      </text>
    </>
  );
  if (group.href === undefined) return text;
  return (
    <a class="group-link" href={group.href} aria-label={`Only ${group.name}`}>
      {text}
    </a>
  );
}

/** @param below - labels begin under this height: above it stands the name of the group */
function TileOf({ placed: { tile, box }, below }: { readonly placed: PlacedTile; readonly below: number }) {
  const inside = (
    <>
      <title>{tile.title}</title>
      <Area box={box} look={tile.look} />
      <TileLabel label={tile.label} look={tile.look} box={box} below={below} />
    </>
  );
  if (tile.href === undefined || Math.min(box.width, box.height) < LEAST_LINK) return <g>{inside}</g>;
  return (
    <a href={tile.href} aria-label={tile.title}>
      {inside}
    </a>
  );
}

/** Letters on hatching get a ground of their own. */
function TileLabel({
  label,
  look,
  box,
  below,
}: {
  readonly label: string;
  readonly look: Look;
  readonly box: Box;
  readonly below: number;
}) {
  const top = Math.max(box.y, below);
  if (box.y + box.height - top < LABEL.lineHeight + 2) return null;
  const text = fitText(label, box.width - 2 * LABEL.margin, LABEL.fontSize);
  if (text === '') return null;
  return (
    <>
      {looks[look].hatching !== undefined && (
        <rect
          class="label-back"
          x={round(box.x + 1)}
          y={round(top + 2)}
          width={round(Math.min(box.width - 2, textWidth(text, LABEL.fontSize) + LABEL.margin + 2))}
          height={LABEL.lineHeight}
        />
      )}
      <text class="label" x={round(box.x + LABEL.margin)} y={round(top + LABEL.lineHeight)} font-size={LABEL.fontSize}>
        {text}
      </text>
    </>
  );
}
