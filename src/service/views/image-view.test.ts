import { describe, expect, it } from 'vitest';
import {
  type MadeUpTag,
  madeUpDigest,
  madeUpInventory,
  madeUpTarget,
} from '../../../test/support/made-up-inventory.ts';
import type { InventoryLink, Verdict } from '../../systems/history/contract.ts';
import { histories } from '../../systems/history/index.ts';
import { keyWords } from '../pages/image-key-link.tsx';
import { imagePath, readKey, readReference } from './image-key.ts';
import { findImages, imageViewOf } from './image-view.ts';
import { keeperPicture } from './keeper-picture.ts';

const image = (n: number) => `${madeUpTarget}/team/app@${madeUpDigest(n)}`;
const tag = (name: string) => `${madeUpTarget}/team/app:${name}`;
const made = (name: string, n: number, verdict: Verdict): MadeUpTag => ({
  ...{ repository: 'team/app', tag: name, image: n, bytes: 10, verdict },
});
const link = (from: string, as: string, to: string): InventoryLink => ({ from, to, as });

async function viewOf(n: number, tags: readonly MadeUpTag[], links: readonly InventoryLink[] = []) {
  const history = histories.memory();
  const { header, lines } = madeUpInventory(tags, links);
  await history.saveInventory(header, lines);
  return await imageViewOf(history, madeUpTarget, 'team/app', madeUpDigest(n));
}

const wayIn = ({ way }: Awaited<ReturnType<typeof viewOf>>) => way.map(({ keeper, words }) => [keeper.key, words]);

describe('the way back from an image', () => {
  it('leads to who says that it is in use, through what runs and its tag', async () => {
    const view = await viewOf(
      1,
      [made('v1', 1, 'used')],
      [
        link('Pod shop/web', 'holds', 'workload prod/shop/Pod/web'),
        link('workload prod/shop/Pod/web', 'uses', tag('v1')),
        link(tag('v1'), 'names', tag('v1')),
      ],
    );
    expect(wayIn(view)).toEqual([
      ['claim: Pod shop/web', 'holds'],
      ['workload prod/shop/Pod/web', 'uses'],
      [tag('v1'), 'points at'],
      [image(1), undefined],
    ]);
    expect(view.users.map(({ key }) => key)).toEqual(['workload prod/shop/Pod/web']);
    expect(view.tags.map(({ key, verdict }) => [key, verdict])).toEqual([[tag('v1'), 'used']]);
  });

  it('never goes by a tag that goes, nor by a record that is done with', async () => {
    const view = await viewOf(
      1,
      [made('v1', 1, 'goes'), made('v10', 2, 'stays'), made('v2', 3, 'stays')],
      [
        link(tag('v2'), 'tag', image(1)),
        link('record db/7', 'record', tag('v1')),
        link('record 7 (archived)', 'retires', 'record db/7'),
      ],
    );
    // `v1` and the image are of one line of the inventory; that the image itself stays is what v2 does.
    expect(wayIn(view).slice(-2)).toEqual([
      [tag('v2'), 'points at'],
      [image(1), undefined],
    ]);
    const { nodes } = keeperPicture(view, 60, '', keyWords);
    const roles = new Map(nodes.map(({ key, role }) => [key, role]));
    expect(roles.get(tag('v1'))).toBe('going');
    expect(roles.get('record db/7')).toBe('going');
    expect(roles.get(tag('v2'))).toBe('root');
  });

  it('goes by a rule that keeps a tag where nobody uses the image', async () => {
    const view = await viewOf(1, [made('v1', 1, 'stays')]);
    expect(wayIn(view)).toEqual([
      [tag('v1'), 'points at'],
      [image(1), undefined],
    ]);
    expect(view.wouldChange).toBe('everything that stays and refers to it would have to go first');
  });

  it('is the image alone where nothing refers to it', async () => {
    const history = histories.memory();
    const { header, lines } = madeUpInventory([made('v1', 1, 'goes')]);
    await history.saveInventory(
      header,
      lines.filter((line) => !('link' in line)),
    );
    const view = await imageViewOf(history, madeUpTarget, 'team/app', madeUpDigest(1));
    expect(wayIn(view)).toEqual([[image(1), undefined]]);
  });

  it('ends although things keep each other in a ring', async () => {
    const view = await viewOf(
      1,
      [made('v1', 1, 'stays'), made('v2', 2, 'stays')],
      [link(image(2), 'alias', image(1)), link(image(1), 'alias', image(2))],
    );
    expect(wayIn(view).at(-1)).toEqual([image(1), undefined]);
    expect(view.parents.map(({ key }) => key)).toEqual([image(2)]);
  });
});

describe('the picture of what keeps an image', () => {
  it('has at most so many nodes, and counts the rest', async () => {
    const links = Array.from({ length: 300 }, (_, n) => [
      link(`Pod shop/web-${n}`, 'holds', `workload prod/shop/Pod/web-${n}`),
      link(`workload prod/shop/Pod/web-${n}`, 'uses', tag('v1')),
    ]).flat();
    const view = await viewOf(1, [made('v1', 1, 'used')], links);
    const { nodes, edges } = keeperPicture(view, 60, '/w', keyWords);
    expect(nodes.length).toBeLessThanOrEqual(60);
    const counted = nodes.filter(({ role }) => role === 'more').map(({ label }) => Number(/\d+/.exec(label)?.[0]));
    expect(counted.reduce((a, b) => a + b, 0) + nodes.filter(({ role }) => role !== 'more').length).toBe(
      view.keepers.keepers.length,
    );
    expect(view.keepers.cut).toBe(true);
    expect(edges.filter(({ onWay }) => onWay)).toHaveLength(3);
    expect(nodes.find(({ key }) => key === tag('v1'))?.href).toBe(
      '/w/images/registry.example%3A5000?ref=team%2Fapp%3Av1',
    );
  });
});

describe('keys and addresses', () => {
  it('tell repositories with slashes from tags and digests', () => {
    expect(readKey(madeUpTarget, tag('v1'))).toEqual({ kind: 'tag', repository: 'team/app', tag: 'v1' });
    expect(readKey(madeUpTarget, image(1))).toEqual({ kind: 'image', repository: 'team/app', digest: madeUpDigest(1) });
    expect(readKey(madeUpTarget, 'workload a/b/Pod/c:d')).toEqual({ kind: 'workload', name: 'a/b/Pod/c:d' });
    expect(readKey(madeUpTarget, 'docker.io/x:1')).toEqual({ kind: 'reference', name: 'docker.io/x:1' });
    expect(readReference('registry:5000/team/app')).toBeUndefined();
    expect(imagePath(madeUpTarget, 'team/app', 'sha256:ab')).toBe('/images/registry.example%3A5000/team/app@sha256:ab');
  });
});

describe('finding an image', () => {
  const found = async (text: string) => {
    const history = histories.memory();
    const { header, lines } = madeUpInventory([made('v1', 1, 'stays'), made('v10', 2, 'stays')]);
    await history.saveInventory(header, lines);
    return await findImages(history, madeUpTarget, text);
  };

  it('leads to the one that a tag or a digest names', async () => {
    expect(await found('team/app:v1')).toMatchObject({ exactly: { digest: madeUpDigest(1) } });
    expect(await found(madeUpDigest(2))).toMatchObject({ exactly: { repository: 'team/app' } });
    expect(await found(`team/app@${madeUpDigest(2)}`)).toMatchObject({ exactly: { digest: madeUpDigest(2) } });
  });

  it('lists all tags that have a text in their name', async () => {
    expect(await found('APP:v')).toMatchObject({ count: 2, tags: [{ tag: 'v1' }, { tag: 'v10' }] });
    expect(await found('nowhere:v1')).toMatchObject({ count: 0, tags: [] });
  });

  it('tells of an image that no run has seen', async () => {
    await expect(viewOf(9, [made('v1', 1, 'stays')])).rejects.toMatchObject({ code: 'NO_INVENTORY' });
  });
});
