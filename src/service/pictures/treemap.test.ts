import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitText, textWidth } from './text-width.ts';
import { Treemap } from './treemap.tsx';
import { layTiles, type TileGroup } from './treemap-layout.ts';

const WIDTH = 960;
const HEIGHT = 480;

const tile = fc.record({
  label: fc.string({ maxLength: 40 }),
  title: fc.string({ maxLength: 20 }),
  bytes: fc.oneof(fc.constant(0), fc.nat({ max: 100 }), fc.nat({ max: 2 ** 50 })),
  look: fc.constantFrom('stays' as const, 'goes' as const),
  href: fc.constantFrom('/images/a', '/images/b'),
});
const groups = fc.array(fc.record({ name: fc.string({ maxLength: 30 }), tiles: fc.array(tile, { maxLength: 12 }) }), {
  maxLength: 12,
});

function bytesOf(some: readonly TileGroup[]): number {
  return some.flatMap(({ tiles }) => tiles).reduce((sum, { bytes }) => sum + bytes, 0);
}

describe('the tiles of a treemap', () => {
  it('have areas in proportion to their bytes, which add up to the whole picture', () => {
    fc.assert(
      fc.property(groups, (some) => {
        const whole = bytesOf(some);
        const placed = layTiles(some, WIDTH, HEIGHT).flatMap(({ tiles }) => tiles);
        for (const { tile: one, box } of placed)
          expect(Math.abs(box.width * box.height - (one.bytes / whole) * WIDTH * HEIGHT)).toBeLessThan(1e-3);
        const area = placed.reduce((sum, { box }) => sum + box.width * box.height, 0);
        expect(Math.abs(area - (whole === 0 ? 0 : WIDTH * HEIGHT))).toBeLessThan(1e-3);
      }),
    );
  });

  it('are each there once, but for those without bytes', () => {
    fc.assert(
      fc.property(groups, (some) => {
        const placed = layTiles(some, WIDTH, HEIGHT).flatMap(({ tiles }) => tiles.map((one) => one.tile));
        const wanted = some.flatMap(({ tiles }) => tiles.filter(({ bytes }) => bytes > 0));
        expect(new Set(placed)).toEqual(new Set(wanted));
        expect(placed).toHaveLength(wanted.length);
      }),
    );
  });

  it('lie within their group, and none upon another', () => {
    fc.assert(
      fc.property(groups, (some) => {
        const placed = layTiles(some, WIDTH, HEIGHT);
        const slack = 1e-6;
        for (const { box, tiles } of placed)
          for (const { box: inner } of tiles) {
            expect(inner.x).toBeGreaterThanOrEqual(box.x - slack);
            expect(inner.y).toBeGreaterThanOrEqual(box.y - slack);
            expect(inner.x + inner.width).toBeLessThanOrEqual(box.x + box.width + slack);
            expect(inner.y + inner.height).toBeLessThanOrEqual(box.y + box.height + slack);
          }
        const boxes = placed.flatMap(({ tiles }) => tiles.map(({ box }) => box));
        for (const [n, a] of boxes.entries())
          for (const b of boxes.slice(n + 1)) {
            const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
            const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
            expect(Math.min(across, down)).toBeLessThan(slack);
          }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a treemap', () => {
  const shop: TileGroup = {
    name: 'team/shop',
    href: '/storage/r?repository=team%2Fshop',
    tiles: [
      { label: 'v1', title: 'team/shop:v1, 3 GiB', bytes: 3, look: 'goes', href: '/images/r/v1' },
      { label: 'shared', title: 'shared in team/shop', bytes: 1, look: 'shared' },
    ],
  };

  it('is small enough to be read as text', () => {
    const svg = String(Treemap({ groups: [shop], title: '4 B', legend: [{ look: 'goes', words: 'goes' }] }));
    expect(
      svg.replace(/<path class="hatch"[^>]*><\/path>/g, '<hatch>').replaceAll('><', '>\n<'),
    ).toMatchInlineSnapshot(`
      "<figure class="picture treemap">
      <svg role="group" aria-label="4 B" viewBox="0 0 960 480">
      <desc>Areas are in proportion to bytes. The table below has the same figures.</desc>
      <g>
      <a href="/images/r/v1" aria-label="team/shop:v1, 3 GiB">
      <title>team/shop:v1, 3 GiB</title>
      <rect class="area look-goes" x="0" y="0" width="720" height="480" vector-effect="non-scaling-stroke">
      </rect>
      <hatch>
      <rect class="label-back" x="1" y="21" width="20.74" height="14">
      </rect>
      <text class="label" x="4" y="33" font-size="11">v1</text>
      </a>
      <g>
      <title>shared in team/shop</title>
      <rect class="area look-shared" x="720" y="0" width="240" height="480" vector-effect="non-scaling-stroke">
      </rect>
      <hatch>
      <rect class="label-back" x="721" y="21" width="48.9" height="14">
      </rect>
      <text class="label" x="724" y="33" font-size="11">shared</text>
      </g>
      <rect class="group-edge" x="0" y="0" width="960" height="480">
      </rect>
      <a class="group-link" href="/storage/r?repository=team%2Fshop" aria-label="Only team/shop">
      <rect class="label-back" x="1" y="1" width="87.83" height="17">
      </rect>
      <text class="group-name" x="5" y="14" font-size="12">team/shop</text>
      </a>
      </g>
      </svg>
      <figcaption>4 B<ul class="legend">
      <li>
      <svg class="swatch" viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
      <rect class="area look-goes" x="1" y="1" width="16" height="12" vector-effect="non-scaling-stroke">
      </rect>
      <hatch>
      </svg> goes</li>
      </ul>
      </figcaption>
      </figure>"
    `);
  });

  it('leads on from its tiles and the names of its groups', () => {
    const svg = String(Treemap({ groups: [shop], title: '4 B', legend: [] }));
    expect([...svg.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
      '/images/r/v1',
      '/storage/r?repository=team%2Fshop',
    ]);
  });

  it('has no label that is wider than its tile, and takes names for what they are', () => {
    fc.assert(
      fc.property(groups, (some) => {
        const svg = String(Treemap({ groups: some, title: 'x', legend: [] }));
        expect(svg).not.toMatch(/<script|<b>| style=/);
        const placed = layTiles(some, WIDTH, HEIGHT).flatMap(({ tiles }) => tiles);
        const labels = placed.map(
          ({ tile: one, box }) => [fitText(one.label, box.width - 8, 11), box.width - 8] as const,
        );
        for (const [text, room] of labels) expect(text === '' || textWidth(text, 11) <= room + 1e-9).toBe(true);
      }),
    );
    const evil = {
      name: '<b>x</b>',
      tiles: [{ label: '"><script>', title: '<script>', bytes: 1, look: 'goes' as const }],
    };
    expect(String(Treemap({ groups: [evil], title: '<b>', legend: [] }))).not.toMatch(/<script>|<b>/);
  });

  it('says so where there are no bytes', () => {
    expect(String(Treemap({ groups: [{ name: 'a', tiles: [] }], title: 'x', legend: [] }))).toContain('no bytes');
  });
});

describe('a label', () => {
  it('is cut where it does not fit, and left out where too little of it would be left', () => {
    expect(fitText('release-1.2', 200, 11)).toBe('release-1.2');
    expect(fitText('release-1.2', 40, 11)).toBe('rele…');
    expect(fitText('release-1.2', 20, 11)).toBe('');
  });

  it('never turns the writing round', () => {
    expect(fitText('a\u202eb', 200, 11)).toBe('a\\u202eb');
  });

  it('gives wide characters and marks the room that they take', () => {
    expect(textWidth('漢字', 10)).toBeGreaterThan(textWidth('mm', 10));
    expect(textWidth('e\u0301', 10)).toBe(textWidth('e', 10));
  });
});
