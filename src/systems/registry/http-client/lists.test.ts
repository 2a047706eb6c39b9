import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import type { Digest } from '../../../oci/digest.ts';
import { listCatalog, listReferrers, listTags } from './lists.ts';

const { signal } = new AbortController();
const D: Digest = `sha256:${'d'.repeat(64)}`;
const R: Digest = `sha256:${'e'.repeat(64)}`;

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const catalog = (answer: ScriptedAnswer) =>
  all(
    listCatalog(
      scriptTransport(() => answer),
      1000,
      signal,
    ),
  );
const tags = (answer: ScriptedAnswer) =>
  all(
    listTags(
      scriptTransport(() => answer),
      'a',
      1000,
      signal,
    ),
  );
const referrers = (answer: ScriptedAnswer) =>
  all(
    listReferrers(
      scriptTransport(() => answer),
      'a',
      D,
      1 << 20,
      signal,
    ),
  );

describe('the catalog', () => {
  test('is a list of names', async () => {
    expect(await catalog({ body: { repositories: ['a', 'b/c'] } })).toEqual(['a', 'b/c']);
  });

  test('of an empty registry is empty, also as null', async () => {
    expect(await catalog({ body: { repositories: [] } })).toEqual([]);
    expect(await catalog({ body: { repositories: null } })).toEqual([]);
  });

  test.each([404, 405, 501])('is none where it is answered with %i', async (status) => {
    await expect(catalog({ status })).rejects.toMatchObject({ code: 'REGISTRY_NO_CATALOG' });
  });

  test('that may not be seen is no empty one', async () => {
    await expect(catalog({ status: 403 })).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    await expect(catalog({ body: {} })).rejects.toMatchObject({ code: 'REGISTRY_BAD_ANSWER' });
  });
});

describe('the tags of a repository', () => {
  test('are none where they are null, or the repository is unknown', async () => {
    expect(await tags({ body: { name: 'a', tags: null } })).toEqual([]);
    expect(await tags({ body: { name: 'a' } })).toEqual([]);
    expect(await tags(specError(404, 'NAME_UNKNOWN'))).toEqual([]);
  });

  test('are not taken for none on the 404 of something else', async () => {
    await expect(tags({ status: 404, body: '<html>no such page</html>' })).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    });
  });

  test('are not asked for where the name is none', async () => {
    const transport = scriptTransport(() => ({}));
    expect(() => listTags(transport, '../admin', 1000, signal)).toThrow(/not a repository name/);
    expect(transport.sent).toEqual([]);
  });
});

describe('the referrers of a manifest', () => {
  const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: R, size: 7 };

  test('come as descriptors, over several pages', async () => {
    const transport = scriptTransport(({ path }) =>
      path.includes('page=2')
        ? { body: { schemaVersion: 2, manifests: [{ ...descriptor, digest: D }] } }
        : {
            headers: { link: `</v2/a/referrers/${D}?page=2>; rel="next"` },
            body: { schemaVersion: 2, manifests: [descriptor] },
          },
    );
    const found = await all(listReferrers(transport, 'a', D, 1 << 20, signal));
    expect(found.map(({ digest }) => digest)).toEqual([R, D]);
  });

  test('are none where the server has no such API', async () => {
    expect(await referrers({ status: 404 })).toEqual([]);
  });

  test('are not guessed where a descriptor is malformed', async () => {
    await expect(referrers({ body: { manifests: [descriptor, { digest: 'sha256:1' }] } })).rejects.toMatchObject({
      code: 'REGISTRY_BAD_ANSWER',
    });
  });
});
