import { type Box, type Hatching, hatchPath, round } from './hatch.ts';

/** What an area means; its colour and hatching follow, the same in all pictures. */
export const looks = {
  used: { words: 'in use', hatching: undefined },
  stays: { words: 'stays', hatching: undefined },
  goes: { words: 'goes', hatching: 'rising' },
  mixed: { words: 'some of it goes', hatching: undefined },
  shared: { words: 'shared', hatching: 'crossed' },
  untagged: { words: 'without a tag', hatching: 'falling' },
  free: { words: 'free', hatching: undefined },
  plain: { words: '', hatching: undefined },
  'step-0': { words: '', hatching: undefined },
  'step-1': { words: '', hatching: undefined },
  'step-2': { words: '', hatching: undefined },
  'step-3': { words: '', hatching: undefined },
  'step-4': { words: '', hatching: undefined },
} as const satisfies Readonly<Record<string, { readonly words: string; readonly hatching: Hatching | undefined }>>;

export type Look = keyof typeof looks;

/** A rectangle with its colour and hatching. */
export function Area({ box, look }: { readonly box: Box; readonly look: Look }) {
  const { hatching } = looks[look];
  const { x, y, width, height } = box;
  return (
    <>
      <rect
        class={`area look-${look}`}
        x={round(x)}
        y={round(y)}
        width={round(width)}
        height={round(height)}
        vector-effect="non-scaling-stroke"
      />
      {hatching !== undefined && width > 2 && height > 2 && <path class="hatch" d={hatchPath(box, hatching)} />}
    </>
  );
}

/** What colours and hatchings mean, with figures beside them where there are any. */
export function Legend({
  items,
}: {
  readonly items: readonly { readonly look: Look; readonly words: string; readonly figure?: string }[];
}) {
  return (
    <ul class="legend">
      {items.map(({ look, words, figure }) => (
        <li>
          <svg class="swatch" viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
            <Area box={{ x: 1, y: 1, width: 16, height: 12 }} look={look} />
          </svg>{' '}
          {words}
          {figure !== undefined && <strong> {figure}</strong>}
        </li>
      ))}
    </ul>
  );
}
