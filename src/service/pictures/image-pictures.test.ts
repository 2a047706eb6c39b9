import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeHistogram } from './age-histogram.tsx';
import { KeeperGraph } from './keeper-graph.tsx';
import { type KeeperEdge, type KeeperNode, layKeepers } from './keeper-layout.ts';
import { LayerBar } from './layer-bar.tsx';

const layer = fc.record({
  digest: fc.constant(`sha256:${'a'.repeat(64)}`),
  bytes: fc.nat({ max: 2 ** 40 }),
  images: fc.integer({ min: 1, max: 500 }),
});

describe('a bar of layers', () => {
  it('is as wide as its layers together', () => {
    fc.assert(
      fc.property(fc.array(layer, { minLength: 1, maxLength: 40 }), (layers) => {
        const svg = String(LayerBar({ layers }));
        const widths = [...svg.matchAll(/<rect class="area look-\w+" x="[\d.]+" y="4" width="([\d.]+)"/g)];
        const drawn = layers.filter(({ bytes }) => bytes > 0);
        expect(widths).toHaveLength(drawn.length);
        const whole = widths.reduce((sum, [, width]) => sum + Number(width), 0);
        if (drawn.length > 0) expect(Math.abs(whole - 760)).toBeLessThan(0.01 * drawn.length);
      }),
    );
  });

  it('tells shared layers from those of this image alone, and sums both', () => {
    const svg = String(
      LayerBar({
        layers: [
          { digest: 'sha256:base', bytes: 3 * 2 ** 20, images: 12 },
          { digest: 'sha256:own', bytes: 2 ** 20, images: 1 },
        ],
      }),
    );
    expect(svg).toContain('<title>2 layers, 4 MiB: 1 MiB of its own, 3 MiB shared with other images</title>');
    expect(svg).toContain('<title>sha256:base: 3 MiB, 12 images have it</title>');
    expect([...svg.matchAll(/class="area look-(\w+)" x="[\d.]+" y="4"/g)].map(([, look]) => look)).toEqual([
      'shared',
      'stays',
    ]);
  });
});

describe('a histogram of ages', () => {
  const bucket = (words: string, goes: number, stays: number, used: number) => ({
    words,
    byVerdict: { goes: { tags: 1, bytes: goes }, stays: { tags: 2, bytes: stays }, used: { tags: 3, bytes: used } },
  });

  it('stacks what becomes of tags, in proportion, and counts them in a table', () => {
    const svg = String(
      AgeHistogram({ buckets: [bucket('under 7 d', 0, 100, 100), bucket('older', 50, 0, 0)], title: 't' }),
    );
    const heights = [...svg.matchAll(/class="area look-(\w+)" x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)"/g)]
      .filter(([, , height]) => height !== '12') // the legend's
      .map(([, look, height]) => [look, Number(height)]);
    expect(heights).toEqual([
      ['used', 79],
      ['stays', 79],
      ['goes', 39.5],
    ]);
    expect(svg).toContain('<desc>under 7 d: 200 B; older: 50 B.</desc>');
    expect(svg).toContain('<th scope="row">older</th><td class="num">3</td><td class="num">0 B</td>');
  });

  it('draws nothing but its axis where no tag holds bytes', () => {
    const svg = String(AgeHistogram({ buckets: [bucket('older', 0, 0, 0)], title: 't' }));
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('the picture of who keeps what', () => {
  const node = (key: string, depth: number, role: KeeperNode['role'], href?: string): KeeperNode => ({
    ...{ key, label: key, kind: 'tag', title: `tag ${key}`, depth, role },
    ...(href !== undefined && { href }),
  });
  const nodes = [
    node('image', 0, 'target'),
    node('v1', 1, 'going', '/images/r/v1'),
    node('v2', 1, 'step'),
    node('Pod/web', 2, 'root'),
  ];
  const edges: KeeperEdge[] = [
    { from: 'Pod/web', to: 'v2', words: 'uses', onWay: true },
    { from: 'v2', to: 'image', words: 'points at', onWay: true },
    { from: 'v1', to: 'image', words: 'points at', onWay: false },
  ];

  it('has what keeps at the left of what it keeps, and the way that decides at the top', () => {
    const { nodes: placed } = layKeepers(nodes, edges);
    const boxOf = new Map(placed.map((one) => [one.node.key, one.box]));
    for (const { from, to } of edges) expect(boxOf.get(from)?.x).toBeLessThan(boxOf.get(to)?.x ?? 0);
    expect(boxOf.get('v2')?.y).toBeLessThan(boxOf.get('v1')?.y ?? 0);
  });

  it('lays no node upon another, however many there are', () => {
    const many = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(many, (depths) => {
        const some = depths.map((depth, n) => node(`n${n}`, depth, 'step'));
        const { nodes: placed, width, height } = layKeepers(some, []);
        expect(new Set(placed.map(({ box }) => `${box.x} ${box.y}`)).size).toBe(some.length);
        for (const { box } of placed) {
          expect(box.x + box.width).toBeLessThanOrEqual(width);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
        }
      }),
    );
  });

  it('draws edges, marks the way, and leads to the pages of what it shows', () => {
    const svg = String(KeeperGraph({ nodes, edges, title: 'what keeps image' }));
    expect([...svg.matchAll(/class="edge( edge-way)?"/g)]).toHaveLength(3);
    expect([...svg.matchAll(/class="edge edge-way"/g)]).toHaveLength(2);
    expect(svg).toContain('<a href="/images/r/v1" aria-label="tag v1">');
    expect(svg).toContain('aria-label="what keeps image"');
  });

  it('shows the end of long names, where they differ', () => {
    const long = `registry.example/${'team/'.repeat(12)}web:v1`;
    const svg = String(KeeperGraph({ nodes: [node(long, 0, 'target')], edges: [], title: 'x' }));
    expect(svg).toMatch(/>…[a-z/]*web:v1</);
  });
});
