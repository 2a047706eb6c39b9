import {
  chmodSync,
  chownSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '../../../../test/support/run-typescript.ts';
import {
  type BuiltStore,
  buildStore,
  image,
  index,
  listTree,
  type StoreWorld,
  schema1,
  surveyInWords,
} from '../../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { StoreSurveyOptions } from '../contract.ts';
import type { CrewSettings } from './crew.ts';
import { openReader } from './reader.ts';
import { storePlace } from './store-place.ts';

const { signal } = new AbortController();

const world: StoreWorld = {
  manifests: {
    A: image(['x', 'y@sha512']),
    B: image(['x', 'z']),
    I: index(['A', 'B']),
    R: image(['r'], { subject: 'I' }),
    S: schema1(['x']),
    G: image(['gone']),
  },
  repositories: {
    app: { tags: { v1: ['A', 'I'], old: 'S', 'fallback(A)': 'R' }, untagged: ['R'], uploads: { u: { sizeBytes: 3 } } },
    'app/nested': { tags: { v1: 'B' }, untagged: ['G'] },
    'team/a': { untagged: ['A'], deleted: ['B'] },
  },
  orphans: ['o'],
  missing: ['gone'],
};

function build(damage?: (built: BuiltStore) => void): BuiltStore {
  const built = buildStore(makeTempFolder('store'), world);
  damage?.(built);
  return built;
}

const readerOf = (built: BuiltStore, crew: CrewSettings = {}) => openReader(storePlace(built.folder), crew);

async function survey(built: BuiltStore, options: StoreSurveyOptions = {}, crew: CrewSettings = {}) {
  const reader = readerOf(built, crew);
  return surveyInWords(reader.source(options), reader.name, built);
}

async function factsOf(built: BuiltStore, crew: CrewSettings) {
  const facts = [];
  for await (const one of readerOf(built, crew).examine([built.digest('x'), built.digest('o')], true, signal))
    facts.push({ ...one, linkedBy: [...one.linkedBy].sort() });
  return facts.sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** All folders and files that a walk passes. */
const inThePlaceOf: readonly (readonly [string, (built: BuiltStore) => string])[] = [
  ['docker', ({ folder }) => join(folder, 'docker')],
  ['docker/registry', ({ folder }) => join(folder, 'docker/registry')],
  ['docker/registry/v2', ({ root }) => root],
  ['blobs', ({ root }) => join(root, 'blobs')],
  ['blobs/sha256', ({ root }) => join(root, 'blobs/sha256')],
  ['a folder of blobs', (built) => join(built.data('x'), '../..')],
  ['a blob’s folder', (built) => join(built.data('o'), '..')],
  ['a manifest’s folder', (built) => join(built.data('A'), '..')],
  ['a manifest’s data', (built) => built.data('A')],
  ['repositories', ({ root }) => join(root, 'repositories')],
  ['a folder of repositories', (built) => built.repository('team')],
  ['a repository', (built) => built.repository('app')],
  ['a repository’s layers', (built) => join(built.repository('app'), '_layers')],
  ['the layers of one algorithm', (built) => join(built.layerLink('app', 'x'), '../..')],
  ['the layers of another algorithm', (built) => join(built.layerLink('app', 'y@sha512'), '../..')],
  ['a layer of another algorithm', (built) => join(built.layerLink('app', 'y@sha512'), '..')],
  ['the link of a layer of another algorithm', (built) => built.layerLink('app', 'y@sha512')],
  ['a repository’s manifests', (built) => join(built.repository('app'), '_manifests')],
  ['a repository’s revisions', (built) => join(built.repository('app'), '_manifests/revisions')],
  ['the revisions of one algorithm', (built) => join(built.revisionLink('app', 'A'), '../..')],
  ['a revision', (built) => join(built.revisionLink('app', 'A'), '..')],
  ['a revision’s link', (built) => built.revisionLink('app', 'A')],
  ['the signatures of a revision', (built) => join(built.revisionLink('app', 'S'), '../signatures')],
  ['the signatures of one algorithm', (built) => join(built.revisionLink('app', 'S'), '../signatures/sha256')],
  ['a repository’s tags', (built) => join(built.repository('app'), '_manifests/tags')],
  ['a tag', (built) => built.tagFolder('app', 'v1')],
  ['the folder of what a tag stands for', (built) => join(built.currentLink('app', 'v1'), '..')],
  ['a tag’s link', (built) => built.currentLink('app', 'v1')],
  ['the history of a tag without a target', (built) => join(built.tagFolder('app', 'torn'), 'index')],
  ['the history of one algorithm', (built) => join(built.tagFolder('app', 'torn'), 'index/sha256')],
];

describe('the walk', () => {
  test('says the same whether threads read or not', async () => {
    const built = build();
    const walkerFile = await bundle(join(import.meta.dirname, 'walker.ts'));
    const alone = await survey(built, { pushTimes: true });
    for (const crew of [{ walkerFile }, { walkerFile, readers: 1 }, { walkerFile, readers: 5 }]) {
      const together = await survey(built, { pushTimes: true }, crew);
      expect(together.there).toEqual(alone.there);
      expect(together.edges).toEqual(alone.edges);
      expect(together.gaps.length).toEqual(alone.gaps.length);
      expect(await factsOf(built, crew)).toEqual(await factsOf(built, {}));
    }
  });

  test('fails in threads as it does alone, and can be stopped', async () => {
    const walkerFile = await bundle(join(import.meta.dirname, 'walker.ts'));
    const built = build((made) => symlinkSync('/tmp', `${made.root}/repositories/link`));
    const stop = new AbortController();
    for (const crew of [{}, { walkerFile }]) {
      await expect(survey(built, {}, crew)).rejects.toMatchObject({
        code: 'STORE_WALK_FAILED',
        message: expect.stringContaining('repositories/link'),
        hint: expect.any(String),
      });
      stop.abort(new Error('stopped'));
      const reader = readerOf(built, crew);
      await expect(surveyInWords(reader.source({}), reader.name, built, stop.signal)).rejects.toThrow('stopped');
    }
  });

  test('leaves the store as it is, to the time of every file', async () => {
    const built = build();
    const before = listTree(built.folder);
    const reader = readerOf(built);
    await survey(built, { indexDir: makeTempFolder('index') });
    await surveyInWords(reader.leftovers(), reader.name, built);
    await factsOf(built, {});
    for await (const one of reader.revisionsSince(0, signal)) expect(one.repository).not.toBe('');
    expect(listTree(built.folder)).toEqual(before);
  });

  test.each(inThePlaceOf)('does not follow a symbolic link in the place of %s', async (_, placeOf) => {
    const built = build((made) => {
      made.write(join(made.revisionLink('app', 'S'), '../signatures/sha256', 'a'.repeat(64), 'link'), '');
      made.write(join(made.tagFolder('app', 'torn'), 'index/sha256', 'a'.repeat(64), 'link'), '');
      made.write(made.currentLink('app', 'torn'), '');
      renameSync(placeOf(made), join(made.folder, 'moved'));
      symlinkSync(join(made.folder, 'moved'), placeOf(made));
    });
    const failure = { code: 'STORE_WALK_FAILED', message: expect.stringContaining(placeOf(built)) };
    await expect(survey(built)).rejects.toMatchObject(failure);
  });

  test('does not follow a symbolic link when it looks at data', async () => {
    const built = build((made) => {
      renameSync(made.data('o'), join(made.folder, 'moved'));
      symlinkSync(join(made.folder, 'moved'), made.data('o'));
    });
    await expect(factsOf(built, {})).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test.each([
    ['a folder of blobs', (built: BuiltStore) => join(built.data('x'), '../..')],
    ['the data of a manifest', (built: BuiltStore) => built.data('A')],
    ['a folder of revisions', (built: BuiltStore) => join(built.repository('app'), '_manifests/revisions/sha256')],
    ['a tag', (built: BuiltStore) => built.tagFolder('app', 'v1')],
    ['a repository', (built: BuiltStore) => built.repository('team/a')],
  ])('fails when %s may not be read, and names it', async (_, placeOf) => {
    const built = build((made) => {
      for (const path of [made.folder, ...readdirSync(made.folder, { recursive: true, encoding: 'utf8' })])
        if (process.getuid?.() === 0) chownSync(path === made.folder ? path : join(made.folder, path), NOBODY, NOBODY);
      chmodSync(placeOf(made), 0);
    });
    try {
      const failure = { code: 'STORE_WALK_FAILED', message: expect.stringContaining(`${placeOf(built)}`) };
      await asNobody(() => expect(survey(built)).rejects.toMatchObject(failure));
    } finally {
      chmodSync(placeOf(built), 0o755);
    }
  });

  test('fails where there is no folder of repositories: all blobs would seem unused', async () => {
    const built = build((made) => made.remove(`${made.root}/repositories`));
    await expect(survey(built)).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test('fails where a file lies in the place of a folder', async () => {
    const built = build((made) => {
      made.remove(join(made.repository('app'), '_manifests/revisions'));
      writeFileSync(join(made.repository('app'), '_manifests/revisions'), '');
    });
    await expect(survey(built)).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test('takes repositories that vanish meanwhile for gone', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`r${n}`, { tags: { v1: 'A' } }]));
    const built = buildStore(makeTempFolder('store'), { manifests: { A: image(['x']) }, repositories: many });
    let isFirst = true;
    const said = await survey(built, {
      onProgress: () => {
        if (isFirst) for (const name of Object.keys(many)) built.remove(built.repository(name));
        isFirst = false;
      },
    });
    const tags = said.there.filter((thing) => thing.endsWith(':v1'));
    expect(tags.length).toBeGreaterThan(0);
    expect(tags.length).toBeLessThan(20);
  });

  test('sees what is pushed while it reads', async () => {
    const built = buildStore(makeTempFolder('store'), {
      manifests: { A: image(['x']), L: image(['x', 'late']) },
      repositories: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`r${n}`, { tags: { v1: 'A' } }])),
    });
    let isFirst = true;
    const said = await survey(built, {
      onProgress: () => {
        if (isFirst)
          for (let n = 0; n < 20; n += 1) {
            built.write(built.data('L'), built.bytes('L'));
            built.write(built.revisionLink(`r${n}`, 'L'), built.digest('L'));
          }
        isFirst = false;
      },
    });
    expect(said.of('L')).toEqual(expect.arrayContaining(['L -layer-> x', 'L -layer-> late']));
    expect(said.there).toContain('L');
    expect(said.gaps).toEqual([]);
  });
});

describe('the index of manifests', () => {
  async function twice(between: (built: BuiltStore, file: string) => void) {
    const built = build();
    const indexDir = join(makeTempFolder('index'), 'made', 'as', 'needed');
    const first = await survey(built, { indexDir });
    const [name] = readdirSync(indexDir);
    between(built, join(indexDir, name as string));
    const warnings: string[] = [];
    const second = await survey(built, { indexDir, onWarning: (text) => warnings.push(text) });
    return { built, first, second, warnings, indexDir };
  }

  test('tells a later survey what it would have read', async () => {
    const { first, second, indexDir } = await twice((built) => {
      // Still there, and unreadable: who reads it all the same says so.
      writeFileSync(built.data('B'), 'changed');
    });
    expect(second.edges).toEqual(first.edges);
    expect(second.there).toEqual(first.there);
    expect(second.gaps).toEqual(first.gaps);
    expect(readdirSync(indexDir).length).toBe(1);
  });

  test('is not written again where nothing is new', async () => {
    let before = '';
    const { indexDir } = await twice((_, file) => {
      before = listTree(join(file, '..')).join();
    });
    expect(listTree(indexDir).join()).toBe(before);
  });

  test.each([
    ['empty', (file: string) => truncateSync(file, 0)],
    ['cut short', (file: string) => truncateSync(file, 200)],
    ['damaged', (file: string) => flipByte(file, 60)],
    ['of another version', (file: string) => flipByte(file, 13)],
    ['longer', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(4)]))],
  ])('is thrown away when it is %s', async (_, damage) => {
    const { first, second } = await twice((built, file) => {
      damage(file);
      writeFileSync(built.data('B'), 'changed');
    });
    expect(first.gaps.filter((gap) => gap.includes('bytes are not those'))).toEqual([]);
    expect(second.gaps.filter((gap) => gap.includes('bytes are not those')).length).toBeGreaterThan(0);
  });

  test('does not speak for what went, or came', async () => {
    const { built, second } = await twice((made) => {
      made.remove(join(made.data('z'), '..'));
      made.remove(join(made.data('A'), '..'));
      made.write(made.data('gone'), made.bytes('gone'));
    });
    const anew = await survey(built);
    expect(second.edges).toEqual(anew.edges);
    expect(second.gaps).toEqual(anew.gaps);
    expect(second.edges).toContain('B -layer-> z');
  });

  test('warns where it can not be kept, and the survey is as good', async () => {
    const place = join(makeTempFolder('index'), 'file');
    writeFileSync(place, '');
    const warnings: string[] = [];
    const said = await survey(build(), { indexDir: place, onWarning: (text) => warnings.push(text) });
    expect(said.there).toContain('app@A');
    expect(warnings).toEqual([expect.stringContaining(`keeping the index of manifests ${place}`)]);
  });
});

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);
}

const NOBODY = 65_534;

/** Who is root may read everything. */
async function asNobody(run: () => Promise<unknown>): Promise<void> {
  if (process.getuid?.() !== 0) return void (await run());
  process.seteuid?.(NOBODY);
  try {
    await run();
  } finally {
    process.seteuid?.(0);
  }
}
