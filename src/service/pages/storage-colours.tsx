import type { InventoryHeader } from '../../systems/history/contract.ts';
import { storagePath } from '../views/image-key.ts';
import type { Frame } from './frame.ts';
import { type Looked, lookedQuery } from './storage-looked.ts';
import { type TileColour, tileColours } from './storage-tiles.ts';

const words: Readonly<Record<TileColour, string>> = {
  verdict: 'what becomes of it',
  reclaim: 'how much can be had back',
  age: 'age',
};

/** Chooses what the colours of the picture below say. */
export function ColourLinks(props: {
  readonly frame: Frame;
  readonly header: InventoryHeader;
  readonly looked: Looked;
}) {
  const { frame, header, looked } = props;
  return (
    <nav aria-label="Colours of the picture">
      <ul class="legend">
        <li>Coloured by:</li>
        {tileColours.map((colour) => (
          <li>
            <a
              href={`${frame.basePath}${storagePath(header.target, lookedQuery(looked, { colour, page: undefined }))}`}
              aria-current={colour === looked.colour ? 'true' : undefined}
            >
              {words[colour]}
            </a>
            {colour === looked.colour && ' (shown)'}
          </li>
        ))}
      </ul>
    </nav>
  );
}
