import { counted } from '../../report/words.ts';
import { formatBytes } from '../../util/pure/bytes.ts';
import { Area, Legend } from './area.tsx';

const WIDTH = 760;
const BAR = { y: 4, height: 34 };

/** A layer, or the config, of an image. */
export interface LayerPart {
  readonly digest: string;
  readonly bytes: number;
  /** How many images of the registry have it; this one counts. */
  readonly images: number;
}

/** The layers of an image in their order, each as wide as its bytes; those that other images share are hatched. */
export function LayerBar({ layers }: { readonly layers: readonly LayerPart[] }) {
  const whole = sumOf(layers);
  if (whole === 0) return <p class="picture-empty">It has no layers of its own.</p>;
  const shared = sumOf(layers.filter(isShared));
  return (
    <figure class="picture layer-bar">
      <svg role="img" viewBox={`0 0 ${WIDTH} 42`}>
        <title>{`${counted(layers.length, 'layer')}, ${formatBytes(whole)}: ${formatBytes(whole - shared)} of its own, ${formatBytes(shared)} shared with other images`}</title>
        {placed(layers, whole).map(({ layer, x, width }) => (
          <g>
            <title>{layerTitle(layer)}</title>
            <Area box={{ x, width, ...BAR }} look={isShared(layer) ? 'shared' : 'stays'} />
          </g>
        ))}
      </svg>
      <figcaption>
        <Legend
          items={[
            { look: 'stays', words: 'of this image alone', figure: formatBytes(whole - shared) },
            { look: 'shared', words: 'shared with other images', figure: formatBytes(shared) },
          ]}
        />
      </figcaption>
    </figure>
  );
}

/** Where each layer lies; widths add up to that of the picture. */
function placed(layers: readonly LayerPart[], whole: number) {
  let before = 0;
  return layers.flatMap((layer) => {
    const x = (before / whole) * WIDTH;
    before += layer.bytes;
    return layer.bytes === 0 ? [] : [{ layer, x, width: (layer.bytes / whole) * WIDTH }];
  });
}

function layerTitle({ digest, bytes, images }: LayerPart): string {
  const whose = images > 1 ? `${images} images have it` : 'no other image has it';
  return `${digest}: ${formatBytes(bytes)}, ${whose}`;
}

function isShared({ images }: LayerPart): boolean {
  return images > 1;
}

function sumOf(layers: readonly LayerPart[]): number {
  return layers.reduce((sum, { bytes }) => sum + bytes, 0);
}
