import { describe, expect, it } from 'vitest';
import { looks } from './area.tsx';
import { pictureStyle } from './style.ts';

const light = namesIn(pictureStyle.slice(0, pictureStyle.indexOf('@media')));
const dark = namesIn(pictureStyle.slice(pictureStyle.indexOf('data-theme')));

describe.each([
  ['light', light],
  ['dark', { ...light, ...dark }],
])('the colours of pictures, %s', (_, colours) => {
  it('let letters be read on every area', () => {
    const areas = [
      ...Object.keys(looks).filter((look) => look !== 'plain'),
      'good',
      'calm',
      'warn',
      'bad',
      'run',
      'wait',
    ];
    for (const look of areas) expect(contrast(colours['ink'], colours[look]), look).toBeGreaterThanOrEqual(4.5);
  });

  it('let edges and lines be seen on the page', () => {
    for (const line of ['edge', 'line', 'line-2', 'bar', 'high', 'low'])
      expect(contrast(colours[line], colours['page']), line).toBeGreaterThanOrEqual(3);
    expect(contrast(colours['muted'], colours['page'])).toBeGreaterThanOrEqual(4.5);
  });
});

it('the style of pictures has a colour for every look, in both themes', () => {
  for (const look of Object.keys(looks)) expect(pictureStyle).toContain(`.look-${look} {`);
  expect(Object.keys(dark).sort()).toEqual(Object.keys(light).sort());
});

function namesIn(css: string): Record<string, string> {
  return Object.fromEntries([...css.matchAll(/--pic-([\w-]+): (#[0-9a-f]+)/g)].map(([, name, value]) => [name, value]));
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string | undefined, b: string | undefined): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex = ''): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
