import { truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { image, index, type StoreWorld, surveyInWords } from '../../../test/support/store-world/index.ts';
import type { LinkLook } from './contract.ts';
import { collect, LATER_MS, type OpenGround, type ReadingGround, signal } from './reading-ground.suite.ts';

/** What looking at single things has to tell. */
export function storeLooksClosely(open: OpenGround): void {
  test('looks at blobs: how large, how old, linked by whom', async () => {
    const world: StoreWorld = {
      blobs: { x: 5000, o: 10 },
      repositories: { a: { layers: ['x'] }, b: { layers: ['x@sha512'] } },
      orphans: ['o'],
      missing: ['gone'],
    };
    const { store, built } = await open(world, (made) => made.setTime(made.layerLink('b', 'x@sha512'), LATER_MS));
    const asked = ['x', 'o', 'gone'].map((name) => built.digest(name));
    const facts = await collect(store.examine(asked, true, signal));
    const of = (name: string) => facts.find(({ digest }) => digest === built.digest(name));
    expect(facts.length).toBe(2);
    expect(of('x')).toMatchObject({ sizeBytes: 5000, newestAtMs: LATER_MS });
    expect([...of('x')!.linkedBy].sort()).toEqual(['a', 'b']);
    expect(of('o')).toMatchObject({ sizeBytes: 10, linkedBy: [] });
    expect(of('o')!.newestAtMs).toBe(of('o')!.dataAtMs);
    expect(await collect(store.examine([], true, signal))).toEqual([]);
  });

  test('counts a manifest as new as its newest revision', async () => {
    const world: StoreWorld = { manifests: { A: image([]) }, repositories: { a: { untagged: ['A'] } } };
    const { store, built } = await open(world, (made) => made.setTime(made.revisionLink('a', 'A'), LATER_MS));
    const [facts] = await collect(store.examine([built.digest('A')], true, signal));
    expect(facts).toMatchObject({ newestAtMs: LATER_MS, linkedBy: [] });
    const [brief] = await collect(store.examine([built.digest('A')], false, signal));
    expect(brief!.newestAtMs).toBe(brief!.dataAtMs);
  });

  test('reads data whole, in pieces, and not at all when it is too much', async () => {
    const { store, built } = await open({ blobs: { x: 300_000 }, orphans: ['x'] });
    const digest = built.digest('x');
    expect(Buffer.from((await store.read(digest, 300_000, signal))!).equals(built.bytes('x'))).toBe(true);
    const pieces = await collect((await store.stream(digest, signal))!);
    expect(Buffer.concat(pieces).equals(built.bytes('x'))).toBe(true);
    await expect(store.read(digest, 299_999, signal)).rejects.toMatchObject({ code: 'STORE_TOO_LARGE' });
    expect(await store.read(built.digest('none'), 10, signal)).toBeUndefined();
    expect(await store.stream(built.digest('none'), signal)).toBeUndefined();
  });

  test('tells of a layer link when it was written, and whether it says anything', async () => {
    const world: StoreWorld = { repositories: { 'a/b': { layers: ['x', 'y'] } } };
    const { store, built } = await open(world, (made) => {
      truncateSync(made.layerLink('a/b', 'y'), 0);
      made.setTime(made.layerLink('a/b', 'x'), LATER_MS);
    });
    expect(await store.layerLink('a/b', built.digest('x'), signal)).toEqual({ atMs: LATER_MS, isWhole: true });
    expect(await store.layerLink('a/b', built.digest('y'), signal)).toMatchObject({ isWhole: false });
    expect(await store.layerLink('a', built.digest('x'), signal)).toBeUndefined();
  });

  test('tells what tags stand for at the moment, and of one that says nothing all that it stood for', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']), C: image(['z']) },
      repositories: { a: { tags: { v1: 'A', v2: ['B', 'C'] } }, b: { untagged: ['A'] } },
    };
    const { store, built } = await open(world);
    expect(await store.taggedNow('a', signal)).toEqual(new Set([built.digest('A'), built.digest('C')]));
    expect(await store.taggedNow('b', signal)).toEqual(new Set());
    expect(await store.taggedNow('none', signal)).toEqual(new Set());

    const torn = await open(world, (made) => truncateSync(made.currentLink('a', 'v2'), 0));
    expect([...(await torn.store.taggedNow('a', signal))]).toEqual(
      expect.arrayContaining(['A', 'B', 'C'].map((name) => torn.built.digest(name))),
    );
  });

  test('finds manifests that came since', async () => {
    const world: StoreWorld = {
      manifests: { A: image(['x']), B: image(['y']) },
      repositories: { a: { untagged: ['A', 'B'] }, 'a/b': { tags: { v1: 'B' } } },
    };
    const { store, built } = await open(world, (made) => made.setTime(made.revisionLink('a/b', 'B'), LATER_MS));
    expect(await collect(store.revisionsSince(LATER_MS, signal))).toEqual([
      { repository: 'a/b', digest: built.digest('B') },
    ]);
    expect((await collect(store.revisionsSince(0, signal))).length).toBe(3);
  });
}

/** What only lies about has to be found. */
export function storeFindsLeftovers(open: OpenGround): void {
  const find = async (ground: ReadingGround, thorough?: boolean) =>
    surveyInWords(ground.store.leftovers(thorough === undefined ? {} : { thorough }), ground.store.name, ground.built);

  const world: StoreWorld = {
    manifests: { A: image(['x']), B: image(['y']) },
    repositories: {
      app: {
        tags: { v1: ['B', 'A'], v2: 'A' },
        deleted: ['B'],
        layers: ['lost', 'hollow'],
        uploads: { one: { startedAtMs: LATER_MS, sizeBytes: 700 }, two: { sizeBytes: 3 } },
      },
      'app/void': {},
    },
    missing: ['lost'],
  };

  test('finds uploads, links that lead nowhere, forgotten history and empty repositories', async () => {
    const said = await find(await open(world, (built) => truncateSync(built.layerLink('app', 'hollow'), 0)));
    expect(said.there).toEqual([
      'layer-link app/hollow',
      'layer-link app/lost',
      'repository app/void',
      'tag-history-link app/v1@B',
      'upload app/one',
      'upload app/two',
    ]);
    expect(said.about('upload app/one')).toMatchObject({ pushedAtMs: LATER_MS });
    expect(said.about('upload app/one')!.sizeBytes).toBeGreaterThanOrEqual(700);
  });

  test('finds temporary files beside links and data, of every kind, when it looks thoroughly', async () => {
    const uuid = '0b2c3d4e-0000-4000-8000-000000000000';
    const { store, built } = await open(world, (made) => {
      const links = [
        made.layerLink('app', 'x'),
        made.revisionLink('app', 'A'),
        made.currentLink('app', 'v1'),
        made.historyLink('app', 'v1', 'A'),
      ];
      for (const path of [...links, made.data('x')]) made.write(`${path}.${uuid}.tmp`, 'half', LATER_MS);
    });
    const isOnDisk = store.traits.kind === 'distribution-fs'; // no registry writes data so to a bucket
    const places = (await find({ store, built })).there.flatMap((thing) => {
      const path = /^temporary-file (.*)\.tmp$/.exec(thing)?.[1];
      return path === undefined ? [] : [path.replace(/(\/[0-9a-f]{2})?\/[0-9a-f]{64}\//, '/HEX/')];
    });

    expect(places).toEqual([
      ...(isOnDisk ? [`blobs/sha256/HEX/data.${uuid}`] : []),
      `repositories/app/_layers/sha256/HEX/link.${uuid}`,
      `repositories/app/_manifests/revisions/sha256/HEX/link.${uuid}`,
      `repositories/app/_manifests/tags/v1/current/link.${uuid}`,
      `repositories/app/_manifests/tags/v1/index/sha256/HEX/link.${uuid}`,
    ]);
  });

  test('finds in a quick look what needs no look at every link', async () => {
    const said = await find(await open(world), false);
    expect(said.there).toEqual(['layer-link app/lost', 'repository app/void', 'upload app/one', 'upload app/two']);
  });

  test('finds in a quick look a link to data that was said to be missing, though its folder is there', async () => {
    const { store, built } = await open(world, (made) => made.remove(made.data('x')));
    const said = await surveyInWords(
      store.leftovers({ thorough: false, doubted: [built.digest('x'), built.digest('y')] }),
      store.name,
      built,
    );
    expect(said.there).toContain('layer-link app/x');
    expect(said.there).not.toContain('layer-link app/y');
  });

  test('finds the same when it looks while the structure is surveyed, and disturbs nothing', async () => {
    const { store, built } = await open(world);
    const structure = await surveyInWords(store.source({}), store.name, built);
    const alone = await surveyInWords(store.leftovers({ thorough: false }), store.name, built);

    const [first, together] = await Promise.all([
      surveyInWords(store.source({}), store.name, built, signal),
      surveyInWords(store.leftovers({ thorough: false }), store.name, built, signal),
    ]);

    expect(together.there).toEqual(alone.there);
    expect(first.there).toEqual(structure.there);
    expect(first.edges).toEqual(structure.edges);
  });

  test('knows links from the survey, without those that went since; a second look is a fresh one', async () => {
    const linked: StoreWorld = {
      manifests: { A: image(['x']) },
      repositories: {
        app: { tags: { v1: 'A' }, layers: ['o', 'p'] },
        tool: { layers: ['o'] },
        odd: { layers: ['o@sha512'] },
      },
      orphans: ['o', 'p', 'q'],
    };
    const { store, built } = await open(linked);
    await Promise.all([
      surveyInWords(store.source({}), store.name, built, signal),
      surveyInWords(store.leftovers({ thorough: false }), store.name, built, signal),
    ]);
    // What a bucket was filled from is no more.
    const unlink = (repository: string, blob: string) => {
      if (store.traits.kind === 'distribution-fs') built.remove(built.layerLink(repository, blob));
    };
    unlink('tool', 'o');
    const asked = ['o', 'p', 'q', 'A'].map((name) => built.digest(name));
    const facts = async (links: LinkLook) =>
      (await collect(store.examine(asked, links, signal)))
        .map((one) => ({ ...one, linkedBy: [...one.linkedBy].sort() }))
        .sort((a, b) => (a.digest < b.digest ? -1 : 1));

    const surveyed = await facts('as-surveyed');
    expect(surveyed).toEqual(await facts(true));
    if (store.traits.kind === 'distribution-fs')
      // a bucket was filled from what was built, once
      expect(surveyed.find(({ digest }) => digest === built.digest('o'))?.linkedBy).toEqual(['app', 'odd']);
    unlink('app', 'p');
    expect(await facts('as-surveyed')).toEqual(await facts(true));
  });

  test('finds nothing in a store where all is as it should be', async () => {
    const tidy: StoreWorld = {
      manifests: { A: image(['x@sha512', 'y']), I: index(['A']) },
      repositories: { app: { tags: { v1: ['A', 'I'] } }, 'app/b': { untagged: ['A'] } },
      orphans: ['o'],
    };
    expect((await find(await open(tidy))).there).toEqual([]);
  });
}
