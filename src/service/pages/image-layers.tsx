import { LayerBar } from '../pictures/layer-bar.tsx';
import type { ImageView } from '../views/image-view.ts';
import type { Frame } from './frame.ts';
import { Bytes, Count } from './parts/amount.tsx';
import { Scroll } from './parts/scroll.tsx';

/** The layers of an image: how large, and how many images share each. */
export function ImageLayers({ view: { image, keeps } }: { readonly frame: Frame; readonly view: ImageView }) {
  const { layers } = image;
  return (
    <section class="sheet" aria-labelledby="layers">
      <h2 id="layers">Layers and config</h2>
      {layers.length === 0 ? (
        <p class="none">
          {keeps.some(({ as }) => as === 'child') ? 'It is an index: its images have the layers.' : 'It has none.'}
        </p>
      ) : (
        <>
          <LayerBar layers={layers} />
          <Scroll name="Table of layers">
            <table>
              <thead>
                <tr>
                  <th scope="col">digest</th>
                  <th scope="col" class="num">
                    bytes
                  </th>
                  <th scope="col" class="num">
                    images that have it
                  </th>
                </tr>
              </thead>
              <tbody>
                {layers.map(({ digest, bytes, images }) => (
                  <tr>
                    <td class="break">
                      <code>{digest}</code>
                    </td>
                    <td class="num">
                      <Bytes of={bytes} />
                    </td>
                    <td class="num">
                      <Count of={images} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </section>
  );
}
