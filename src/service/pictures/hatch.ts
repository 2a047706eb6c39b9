/** A rectangle of a picture, in its own units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What goes besides colour: lines that rise, that fall, or both. */
export type Hatching = 'rising' | 'falling' | 'crossed';

/**
 * Slanting lines over a rectangle, as the `d` of a path. They are written out, not a pattern, so that a picture needs no names that
 * must be unique on a page.
 */
export function hatchPath(box: Box, hatching: Hatching, spacing = 7): string {
  const rising = hatching === 'falling' ? '' : lines(box, spacing, false);
  const falling = hatching === 'rising' ? '' : lines(box, spacing, true);
  return rising + falling;
}

/** Rounded to hundredths, as pictures write numbers. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** All lines `x + y = c` (or mirrored) through the box, cut at its edges; `c` counts from its corner. */
function lines({ x, y, width, height }: Box, spacing: number, mirrored: boolean): string {
  let path = '';
  for (let c = spacing; c < width + height; c += spacing) {
    const fromX = Math.max(0, c - height);
    const toX = Math.min(width, c);
    const at = (along: number) => `${round(x + (mirrored ? width - along : along))} ${round(y + c - along)}`;
    path += `M${at(fromX)}L${at(toX)}`;
  }
  return path;
}
