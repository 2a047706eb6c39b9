import { GRAPH_NODES, KeeperGraph } from '../pictures/keeper-graph.tsx';
import type { ImageView } from '../views/image-view.ts';
import { keeperPicture } from '../views/keeper-picture.ts';
import type { WayStep } from '../views/way-back.ts';
import type { Frame } from './frame.ts';
import { KeyLink, keyWords } from './image-key-link.tsx';
import { countedWith } from './parts/amount.tsx';

/** What keeps an image: the way back as a list, then as a picture of all that has a hand in it. */
export function ImageWay({ frame, view }: { readonly frame: Frame; readonly view: ImageView }) {
  const { way, image, keepers, header } = view;
  const goes = image.verdict === 'goes';
  const picture = keeperPicture(view, GRAPH_NODES, frame.basePath, keyWords);
  return (
    <section class="sheet" aria-labelledby="way">
      <h2 id="way">{goes ? 'Why nothing keeps it' : 'What keeps it'}</h2>
      {way.length > 1 ? (
        <ol>
          {way.map((step) => (
            <Step frame={frame} target={header.target} step={step} />
          ))}
        </ol>
      ) : (
        <p>{goes ? `${image.reason}.` : `Nothing else is needed to keep it: ${image.reason}.`}</p>
      )}
      {picture.nodes.length > 1 && (
        <>
          <p class="hint">
            {`Refers to it, or holds it: ${countedWith(picture.nodes.length - 1, 'thing')}; what keeps at the left.`}
            {way.length > 1 && ' The way above is bold.'}
            {keepers.cut && ' There are more than are looked at here.'}
          </p>
          <KeeperGraph {...picture} title={`What refers to ${image.repository}@${image.digest.slice(0, 19)}`} />
        </>
      )}
    </section>
  );
}

function Step({ frame, target, step }: { readonly frame: Frame; readonly target: string; readonly step: WayStep }) {
  const { keeper, words } = step;
  return (
    <li>
      {keeper.kind === 'claim' ? (
        <strong>{keeper.key.slice('claim: '.length)}</strong>
      ) : (
        <KeyLink frame={frame} target={target} of={keeper.key} />
      )}
      {words !== undefined && ` ${words}`}
      {words !== undefined && keeper.reason !== undefined && <span class="hint">{` (${keeper.reason})`}</span>}
    </li>
  );
}
