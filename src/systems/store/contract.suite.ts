import { truncateSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  artifact,
  type BuiltStore,
  type EvidenceWords,
  image,
  index,
  raw,
  type StoreWorld,
  schema1,
  strange,
  surveyInWords,
} from '../../../test/support/store-world/index.ts';
import { storeFindsLeftovers, storeLooksClosely } from './closer-look.suite.ts';
import type { StoreSurveyOptions } from './contract.ts';
import { LATER_MS, type OpenGround, type ReadingGround } from './reading-ground.suite.ts';

async function survey({ store, built }: ReadingGround, options: StoreSurveyOptions = {}): Promise<EvidenceWords> {
  return surveyInWords(store.source(options), store.name, built);
}

/** What the reading half of every store in Distribution's layout has to do. */
export function storeReadingContract(name: string, open: OpenGround): void {
  describe(`${name} as a store that is read`, () => {
    const ask = async (world: StoreWorld, damage?: (built: BuiltStore) => void) => survey(await open(world, damage));

    test('it states how large blobs are where it says that it lists sizes, and nowhere else', async () => {
      const ground = await open({
        manifests: { A: image(['x']) },
        repositories: { app: { tags: { v1: 'A' } } },
        blobs: { x: 700, o: 30 },
        orphans: ['o'],
      });
      const said = await survey(ground);
      const isListed = ground.store.traits.listsSizes === true;
      for (const [blob, sizeBytes] of [['x', 700] as const, ['o', 30] as const])
        expect(said.about(blob)?.sizeBytes).toBe(isListed ? sizeBytes : undefined);
    });

    describe('of images, indexes and referrers', () => {
      let said: EvidenceWords;
      beforeAll(async () => {
        said = await ask({
          manifests: {
            A: image(['x', 'y']),
            B: image(['x', 'z'], { docker: true }),
            I: index(['A', 'B']),
            N: index(['I']),
            R: image(['r'], { subject: 'A' }),
            C: image(['c']),
            P: artifact(['p'], { subject: 'I' }),
          },
          repositories: {
            app: { tags: { v1: ['A', 'I'], 'sig(I)': 'C' }, untagged: ['R', 'P'] },
            'app/nested': { tags: { v1: 'N' }, layers: ['extra'] },
          },
          orphans: ['o'],
        });
      });

      test('it states repositories, tags, manifests and all blobs', () => {
        expect(said.there).toEqual(
          [
            ...['repository app', 'repository app/nested', 'app:v1', 'app:I.sig', 'app/nested:v1'],
            ...['app@A', 'app@B', 'app@I', 'app@R', 'app@C', 'app@P'],
            ...['app/nested@A', 'app/nested@B', 'app/nested@I', 'app/nested@N'],
            ...['A', 'B', 'C', 'I', 'N', 'P', 'R', 'x', 'y', 'z', 'r', 'c', 'p', 'o', 'extra'],
            ...['A.config', 'B.config', 'C.config', 'R.config'],
          ].sort(),
        );
        expect(said.gaps).toEqual([]);
      });

      test('it ties tags to manifests and manifests to their data', () => {
        expect(said.of('app:v1')).toEqual(['app:v1 -tag-> app@I']);
        expect(said.of('app:I.sig')).toEqual(['app:I.sig -referrer-tag-> app@I', 'app:I.sig -tag-> app@C']);
        expect(said.of('app@B')).toEqual(['app@B -link-> B', 'app@I -child-> app@B']);
      });

      test('it says once for the whole store what hangs on content', () => {
        expect(said.edges.filter((edge) => /^[A-Z] /.test(edge))).toEqual([
          ...['A -config-> A.config', 'A -layer-> x', 'A -layer-> y'],
          ...['B -config-> B.config', 'B -layer-> x', 'B -layer-> z'],
          ...['C -config-> C.config', 'C -layer-> c', 'I -child-> A', 'I -child-> B', 'N -child-> I'],
          ...['P -layer-> p', 'R -config-> R.config', 'R -layer-> r'],
        ]);
      });

      test('it says in each repository which manifest is whose child or referrer', () => {
        expect(said.edges.filter((edge) => /^app.*-(child|subject)-> app/.test(edge))).toEqual([
          ...['app/nested@I -child-> app/nested@A', 'app/nested@I -child-> app/nested@B'],
          'app/nested@N -child-> app/nested@I',
          ...['app@I -child-> app@A', 'app@I -child-> app@B', 'app@P -subject-> app@I', 'app@R -subject-> app@A'],
        ]);
      });
    });

    test('states a layer that is named by its sha512 as an alias of what is stored', async () => {
      const said = await ask({
        manifests: { A: image(['x@sha512']) },
        repositories: { app: { tags: { v1: 'A' } } },
      });
      expect(said.edges).toContain('A -layer-> x@sha512');
      expect(said.of('x')).toEqual(['x@sha512 -alias-> x']);
    });

    test('keeps content that is linked by an algorithm that it does not know', async () => {
      const said = await ask({ repositories: { app: { layers: ['x', 'y'] } } }, (built) =>
        built.write(`${built.repository('app')}/_layers/sha384/${'ab'.repeat(48)}/link`, built.digest('x')),
      );
      expect(said.held).toEqual(['x']);
    });

    test('reads every digest that stands in a manifest, of whatever type', async () => {
      const said = await ask({
        manifests: {
          S: schema1(['x', 'y']),
          T: strange(['t'], ['S']),
          A: image(['x'], { annotations: { 'base.digest': `sha256:${'0'.repeat(64)}` } }),
        },
        repositories: { app: { tags: { old: 'S', bundle: 'T', v1: 'A' } } },
      });
      expect(said.of('S')).toEqual(['S -opaque-> x', 'S -opaque-> y', 'T -opaque-> S', 'app@S -link-> S']);
      expect(said.edges).toContain(`A -opaque-> sha256:${'0'.repeat(64)}`);
      expect(said.gaps).toEqual([]);
    });

    test('does not ask for layers that lie elsewhere, and sees those that are there all the same', async () => {
      const said = await ask({
        manifests: { A: image(['x', 'far'], { foreign: ['far'] }), B: image(['near'], { foreign: ['near'] }) },
        repositories: { app: { tags: { v1: 'A', v2: 'B' }, layers: ['near'] } },
      });
      expect(said.of('far')).toEqual([]);
      expect(said.of('near')).toEqual(['B -layer-> near']);
    });

    test.each([
      ['is missing', { missing: ['A'] }, undefined],
      ['is empty', {}, (built: BuiltStore) => truncateSync(built.data('A'), 0)],
      ['is cut short', {}, (built: BuiltStore) => truncateSync(built.data('A'), 60)],
      ['is not what its digest says', {}, (built: BuiltStore) => built.write(built.data('A'), '{"schemaVersion":2}')],
      ['has an empty link', {}, (built: BuiltStore) => truncateSync(built.revisionLink('app', 'A'), 0)],
      ['has a short link', {}, (built: BuiltStore) => truncateSync(built.revisionLink('app', 'A'), 20)],
    ])('a manifest that %s keeps all that its repositories could need, and is a gap', async (_, more, damage) => {
      const world: StoreWorld = {
        manifests: { A: image(['x']), B: image(['y']) },
        repositories: {
          app: { tags: { v1: 'A', v2: 'B' } },
          copy: { untagged: ['B'] },
          other: { untagged: ['B'] },
        },
        ...more,
      };
      const said = await ask(world, damage);
      expect(said.there).toContain('app@A');
      expect(said.edges.filter((edge) => edge.includes('opaque'))).toEqual(
        ['A.config', 'B.config', 'x', 'y'].map((blob) => `app@A -opaque-> ${blob}`),
      );
      expect(said.gaps).toEqual([expect.stringMatching(/^app references: reading the manifest app@sha256:/)]);
    });

    test('a manifest that can not be read is a gap in every repository that has it', async () => {
      const said = await ask({
        manifests: { A: raw('{', ['x']), B: raw('[]', ['y']), C: raw('', ['z']) },
        repositories: { app: { untagged: ['A', 'B', 'C'] }, other: { tags: { v1: 'A' }, layers: ['w'] } },
      });
      const opaque = said.edges.filter((edge) => edge.includes('opaque'));
      expect(opaque.filter((edge) => edge.startsWith('other@'))).toEqual([
        'other@A -opaque-> w',
        'other@A -opaque-> x',
      ]);
      const speaker = opaque.find((edge) => edge.endsWith('-> x') && edge.startsWith('app@'))?.slice(0, 5);
      for (const manifest of ['app@A', 'app@B', 'app@C'].filter((one) => one !== speaker))
        expect(opaque).toContain(`${manifest} -opaque-> ${speaker}`);
      for (const blob of 'xyz') expect(opaque).toContain(`${speaker} -opaque-> ${blob}`);
      expect(said.gaps.length).toBe(4);
    });

    test('a tag without content keeps all that it ever stood for', async () => {
      const said = await ask(
        {
          manifests: { A: image(['x']), B: image(['y']), C: image(['z']) },
          repositories: { app: { tags: { v1: ['A', 'B'], v2: 'C' } } },
        },
        (built) => truncateSync(built.currentLink('app', 'v1'), 0),
      );
      expect(said.there).toContain('app:v1');
      expect(said.of('app:v1')).toEqual(['app:v1 -opaque-> app@A', 'app:v1 -opaque-> app@B']);
    });

    test('a revision that was deleted through the API is no manifest, and a tag without a current link no tag', async () => {
      const said = await ask(
        {
          manifests: { A: image(['x']), B: image(['y']) },
          repositories: { app: { tags: { v1: 'A', half: 'A' }, deleted: ['B'] } },
        },
        (built) => built.remove(built.currentLink('app', 'half')),
      );
      expect(said.there).not.toContain('app@B');
      expect(said.there).not.toContain('app:half');
      expect(said.of('B')).toEqual([]);
    });

    test('a tag on a manifest whose revision is gone keeps what it names', async () => {
      const said = await ask(
        { manifests: { A: image(['x']), I: index(['A']) }, repositories: { app: { tags: { v1: 'I' } } } },
        (built) => built.remove(built.revisionLink('app', 'I')),
      );
      expect(said.there).not.toContain('app@I');
      expect(said.edges).toEqual(expect.arrayContaining(['app:v1 -tag-> app@I', 'app@I -link-> I', 'I -child-> A']));
    });

    test('a child that was deleted in one repository is still its index’s child in another', async () => {
      const said = await ask({
        manifests: { A: image(['x']), I: index(['A']) },
        repositories: { a: { tags: { v1: 'I' }, deleted: ['A'] }, b: { tags: { v1: 'I' } } },
      });
      expect(said.there).not.toContain('a@A');
      expect(said.edges).toEqual(
        expect.arrayContaining(['b@I -child-> b@A', 'b@A -link-> A', 'A -layer-> x', 'I -child-> A']),
      );
    });

    test.each(['_layers', '_manifests', '_uploads'])('a repository with nothing but %s is one', async (part) => {
      const said = await ask({ repositories: { 'a/b': { layers: ['x'] } } }, (built) => {
        for (const other of ['_layers', '_manifests', '_uploads'])
          if (other !== part) built.remove(`${built.repository('a/b')}/${other}`);
        built.write(`${built.repository('a/b')}/${part}/sha256/left`, '');
      });
      expect(said.there).toContain('repository a/b');
      expect(said.there).not.toContain('repository a');
    });

    test('names that the layout does not know are passed over', async () => {
      const said = await ask(
        { manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' } } } },
        (built) => {
          const hex = 'c'.repeat(64);
          built.write(`${built.root}/blobs/sha256/cc/${hex.toUpperCase()}/data`, 'no digest');
          built.write(`${built.root}/blobs/sha256/cd/${hex}/data`, 'in the wrong folder');
          built.write(`${built.root}/blobs/sha256/notes.txt`, 'a file');
          built.write(`${built.root}/repositories/README`, 'a file');
          built.write(`${built.root}/repositories/_trash/_layers/sha256/${hex}/link`, 'the layout’s own');
          built.write(`${built.repository('app')}/_manifests/revisions/sha256/x.tmp`, '');
          built.write(`${built.folder}/other/docker/registry/v2/repositories/x`, '');
        },
      );
      expect(said.there).toEqual(['A', 'A.config', 'app:v1', 'app@A', 'repository app', 'x']);
    });

    test('says when manifests came, where it is asked', async () => {
      const ground = await open(
        { manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' } } } },
        (built) => built.setTime(built.revisionLink('app', 'A'), LATER_MS),
      );
      expect((await survey(ground, { pushTimes: true })).about('app@A')).toEqual({ pushedAtMs: LATER_MS });
      expect((await survey(ground)).about('app@A')).toEqual({});
    });

    test('counts what it read', async () => {
      const ground = await open({ manifests: { A: image(['x']) }, repositories: { app: { tags: { v1: 'A' } } } });
      const told: unknown[] = [];
      await survey(ground, { onProgress: (counts) => told.push({ ...counts }) });
      expect(told.at(-1)).toEqual({ repositories: 1, tags: 1, manifests: 1, blobs: 3 });
    });

    storeLooksClosely(open);
    storeFindsLeftovers(open);
  });
}
