import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { artifact, image, index, listTree, raw, schema1, strange } from '../../../../test/support/store-world/index.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { type BuiltTrowStore, buildTrowStore, type TrowWorld } from '../../../../test/support/trow-store.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { ResourceId } from '../../../evidence/resource.ts';
import { buildGraph } from '../../../graph/graph.ts';
import { mark } from '../../../graph/mark.ts';
import type { StoreSurveyOptions } from '../contract.ts';
import { openTrowFiles } from './index.ts';

const signal = new AbortController().signal;
const build = (world: TrowWorld) => buildTrowStore(makeTempFolder('trow'), world);
const OLD = '2024-01-01T00:00:00Z';
const NEW = '2024-02-01T00:00:00Z';
/** So late that no history counts. */
const LATER = { historySinceMs: Date.UTC(2025, 0) };

/** Surveys, and marks from tags, manifests and whatever is held, as a conservative collection does. */
async function survey({ dir, nameOf }: BuiltTrowStore, options: StoreSurveyOptions = LATER) {
  const { sink, evidence } = collectEvidence();
  const store = await openTrowFiles(dir);
  await store.source(options).survey(sink, signal);
  const { resources } = evidence;
  const ids = Array.from({ length: resources.size }, (_, id): ResourceId => id);
  const roots = ids.filter((id) => evidence.exists(id) && ['tag', 'manifest'].includes(resources.kind(id)));
  const marks = mark(buildGraph(resources.size, evidence.edges), [...roots, ...evidence.holds.resources]);
  const unused = ids.filter((id) => resources.kind(id) === 'blob' && evidence.exists(id) && !marks.has(id));
  return {
    evidence,
    unused: unused.map((id) => nameOf(resources.key(id))).sort(),
    gaps: evidence.gaps.map(({ scope, cause }) => `${scope.slice(store.name.length)}: ${cause}`),
    has: (kind: 'tag' | 'manifest' | 'repository', scope: string, key: string) => {
      const id = resources.find(kind, `${store.name}${scope}`, key);
      return id !== undefined && evidence.exists(id);
    },
  };
}

describe('what a tag stands for keeps its blobs, and what it stood for does not', () => {
  test.each([
    [
      'the newest line is first',
      [
        ['B', NEW],
        ['A', OLD],
      ],
    ],
    [
      'the newest line is last',
      [
        ['A', OLD],
        ['B', NEW],
      ],
    ],
    [
      'the newest line is in the middle',
      [
        ['A', OLD],
        ['B', NEW],
        ['C', '2024-01-15T00:00:00Z'],
      ],
    ],
  ] as const)('when %s', async (_, latest) => {
    const store = build({
      manifests: { A: image(['a', 'shared']), B: image(['b', 'shared']), C: image(['a']) },
      repositories: { 'team/app': { latest } },
      orphans: ['A', 'C', 'orphan'],
    });

    const { unused } = await survey(store);

    expect(unused).toEqual(['A', 'A.config', 'C', 'C.config', 'a', 'orphan']);
  });

  test('unless it stood for it lately', async () => {
    const world = { manifests: { A: image(['a']), B: image(['b']) }, orphans: ['orphan'] };
    const store = build({
      ...world,
      repositories: {
        app: {
          latest: [
            ['A', OLD],
            ['B', NEW],
          ],
        },
      },
    });

    expect((await survey(store, { historySinceMs: Date.parse(NEW) })).unused).toEqual(['orphan']);
    expect((await survey(store, {})).unused).toEqual(['orphan']);
    expect((await survey(store, { historySinceMs: Date.parse(NEW) + 1 })).unused).toContain('a');
  });

  test('and lines without a time all count', async () => {
    const store = build({
      manifests: { A: image(['a']), B: image(['b']) },
      repositories: { app: { latest: [['A'], ['B']] } },
      orphans: ['orphan'],
    });

    expect((await survey(store)).unused).toEqual(['orphan']);
  });
});

describe('a store', () => {
  test('keeps manifests that were pushed by digest, in whatever repository', async () => {
    const store = build({
      manifests: { A: image(['a']), B: image(['b']), R: image(['r']) },
      repositories: { app: { '@A': 'A' }, 'app/nested/deeply': { '@B': 'B' }, 'f/docker/library/redis': { '7': 'R' } },
      orphans: ['orphan'],
    });

    const { unused, has } = await survey(store);

    expect(unused).toEqual(['orphan']);
    expect(has('manifest', '/app', store.digest('A'))).toBe(true);
    expect(has('tag', '/f/docker/library/redis', '7')).toBe(true);
    expect(has('repository', '', 'app/nested/deeply')).toBe(true);
  });

  test('keeps what hangs on indexes at any depth, of Docker and of OCI', async () => {
    const store = build({
      manifests: {
        A: image(['a']),
        B: image(['b'], { docker: true }),
        I: index(['A']),
        J: index(['I']),
        L: index(['B'], { docker: true }),
      },
      repositories: { app: { oci: 'J', docker: 'L' } },
      orphans: ['orphan'],
    });

    expect((await survey(store)).unused).toEqual(['orphan']);
  });

  test('keeps whatever an unknown kind of manifest names, and what hangs on that', async () => {
    const store = build({
      manifests: { A: image(['a']), U: strange(['u'], ['A']), O: schema1(['o']), T: artifact(['t']) },
      repositories: { app: { unknown: 'U', old: 'O', thing: 'T' } },
      orphans: ['orphan'],
    });

    const { unused, gaps } = await survey(store);

    expect(unused).toEqual(['orphan']);
    expect(gaps).toEqual([]);
  });

  test('keeps the subject’s referrers among its manifests', async () => {
    const store = build({
      manifests: { A: image(['a']), S: image(['s'], { subject: 'A' }) },
      repositories: { app: { v1: 'A', '@S': 'S', '@A': 'A' } },
    });

    const { evidence } = await survey(store);

    const scope = `trow-files:${store.dir}/app`;
    const [from, to] = ['S', 'A'].map((name) => evidence.resources.find('manifest', scope, store.digest(name)));
    const { edges } = evidence;
    expect([...edges.from].some((id, n) => id === from && edges.to[n] === to)).toBe(true);
  });

  test('is not changed by a look at it', async () => {
    const store = build({
      manifests: { A: image(['a']) },
      repositories: { app: { v1: 'A', broken: { text: '' } } },
      orphans: ['orphan'],
      scratch: { upload: 5 },
    });
    const before = listTree(store.dir);

    await survey(store);
    const reader = await openTrowFiles(store.dir);
    await reader.leftovers().survey(collectEvidence().sink, signal);
    for await (const _ of reader.pending(signal)) throw new Error('nothing is pending');
    for await (const { linkedBy } of reader.examine([store.digest('a')], true, signal)) expect(linkedBy).toEqual([]);

    expect(listTree(store.dir)).toEqual(before);
  });
});

describe('what can not be read could name any blob, so none goes, and the rest is told', () => {
  test.each([
    ['a tag whose manifest is gone', { missing: ['M'] }, 'it has no data'],
    ['a manifest of another content than its digest says', {}, 'its bytes are not those of its digest: it is damaged'],
  ])('%s', async (_, more, cause) => {
    const store = build({
      manifests: { A: image(['a']), M: image(['m']) },
      repositories: { good: { v1: 'A' }, bad: { v1: 'M' } },
      orphans: ['orphan'],
      ...more,
    });
    if (!('missing' in more)) writeFileSync(store.blobPath('M'), '{"schemaVersion":2');

    const { unused, gaps, has } = await survey(store);

    expect(unused).toEqual([]);
    expect(gaps).toEqual([`/bad: reading the manifest ${store.digest('M')} of bad: ${cause}`]);
    expect(has('tag', '/good', 'v1')).toBe(true);
  });

  test('a damaged child of an index', async () => {
    const store = build({
      manifests: { A: image(['a']), I: index(['A']) },
      repositories: { app: { v1: 'I' } },
      orphans: ['orphan'],
    });
    writeFileSync(store.blobPath('A'), '');

    expect(await survey(store)).toMatchObject({ unused: [], gaps: [expect.stringContaining('it is damaged')] });
  });

  test.each([
    ['an empty file', ''],
    ['a file that was cut off', `sha256:${'a'.repeat(30)}`],
  ])('a tag with %s', async (_, text) => {
    const store = build({
      manifests: { A: image(['a']) },
      repositories: { good: { v1: 'A' }, bad: { v1: { text } } },
      orphans: ['orphan'],
    });

    const { unused, gaps, has } = await survey(store);

    expect(unused).toEqual([]);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toContain('/bad: reading the file of the tag bad:v1');
    expect(has('tag', '/bad', 'v1')).toBe(true);
  });
});

describe('goes on without a word', () => {
  test('where an index names what was never pushed here', async () => {
    const store = build({
      manifests: { A: image(['a']), B: image(['b']), I: index(['A', 'B']) },
      repositories: { app: { v1: 'I' } },
      missing: ['B', 'B.config', 'b'],
      orphans: ['orphan'],
    });

    expect(await survey(store)).toMatchObject({ unused: ['orphan'], gaps: [] });
  });

  test('where history names what was collected long ago', async () => {
    const store = build({
      manifests: { A: image(['a']), B: image(['b']) },
      repositories: {
        app: {
          v1: [
            ['A', OLD],
            ['B', NEW],
          ],
        },
      },
      missing: ['A'],
      orphans: ['orphan'],
    });

    expect(await survey(store, {})).toMatchObject({ unused: ['A.config', 'a', 'orphan'], gaps: [] });
  });

  test('but tells of content that is whole and no manifest, which names nothing', async () => {
    const store = build({
      manifests: { N: raw('no manifest') },
      repositories: { app: { v1: 'N' } },
      orphans: ['orphan'],
    });

    expect(await survey(store)).toMatchObject({ unused: ['orphan'], gaps: [expect.stringContaining('JSON object')] });
  });
});

describe('a walk that fails in any part says so, and nothing is known', () => {
  const world: TrowWorld = { manifests: { A: image(['a']) }, repositories: { 'team/app': { v1: 'A' } } };

  test.each([
    ['a repository', (store: BuiltTrowStore) => swap(join(store.dir, 'manifests/team'))],
    ['a tag', (store: BuiltTrowStore) => swap(store.referencePath('team/app', 'v1'))],
    ['a blob', (store: BuiltTrowStore) => swap(store.blobPath('a'))],
    ['the folder of blobs', (store: BuiltTrowStore) => swap(join(store.dir, 'blobs/sha256'))],
  ])('where %s is a symbolic link', async (_, act) => {
    const store = build(world);
    act(store);

    await expect(survey(store)).rejects.toMatchObject({
      code: 'STORE_WALK_FAILED',
      message: expect.stringMatching(/symbolic link|no plain file/),
    });
  });

  test('where all manifests are gone', async () => {
    const store = build(world);
    rmSync(join(store.dir, 'manifests'), { recursive: true });

    await expect(survey(store)).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test('where a tag belongs to no repository', async () => {
    const store = build(world);
    writeFileSync(join(store.dir, 'manifests/stray'), '');

    await expect(survey(store)).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test('where something is neither file nor folder', async () => {
    const store = build(world);
    mkdirSync(join(store.dir, 'blobs/sha256', 'e'.repeat(64)));

    await expect(survey(store)).rejects.toMatchObject({ code: 'STORE_WALK_FAILED' });
  });

  test('where a folder may not be read', async () => {
    const store = build(world);
    chmodSync(store.dir, 0o755);
    await asNobody(async () => expect((await survey(store)).gaps).toEqual([]));
    chmodSync(join(store.dir, 'manifests/team/app'), 0o000);

    await asNobody(() =>
      expect(survey(store)).rejects.toMatchObject({
        code: 'STORE_WALK_FAILED',
        message: expect.stringContaining('permission denied'),
      }),
    );
    chmodSync(join(store.dir, 'manifests/team/app'), 0o755);
  });

  /** Root may read everything: without its rights. */
  async function asNobody(work: () => Promise<unknown>): Promise<void> {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await work();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  }

  function swap(path: string): void {
    renameSync(path, `${makeTempFolder('elsewhere')}/moved`);
    symlinkSync('/nowhere', path);
  }
});
