import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport } from '../../../../test/support/scripted-transport.ts';
import type { Digest } from '../../../oci/digest.ts';
import { digestOf } from '../content-digest.ts';
import { registryProfiles } from '../index.ts';
import { createClient } from './client.ts';

const { signal } = new AbortController();

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a registry client', () => {
  test('takes the repositories from the settings, and does not ask for them', async () => {
    const transport = scriptTransport(() => ({ status: 500 }));
    const client = createClient(transport, registryProfiles, { repositories: ['b', 'a'] });
    expect(await all(client.repositories(signal))).toEqual(['b', 'a']);
    expect(transport.sent).toEqual([]);
  });

  test('asks for no referrers where there is no such API', async () => {
    const transport = scriptTransport(() => ({}));
    const client = createClient(transport, registryProfiles, { capabilities: { referrersApi: false } });
    const digest = digestOf(Buffer.from('a'));
    expect(await client.referrers('a', digest, signal)).toEqual([]);
    expect(transport.sent.filter((line) => line.includes(digest))).toEqual([]);
  });

  test('tells no push times where the server tells none', async () => {
    const transport = scriptTransport(() => ({ status: 500 }));
    const client = createClient(transport, registryProfiles, { product: 'distribution' });
    expect(await client.pushTimes('a', 'v1', signal)).toEqual(new Map());
    expect(transport.sent).toEqual([]);
  });

  test('reads the clock by the last answer', async () => {
    const transport = { ...scriptTransport(() => ({})), clockSkewMs: () => 1500 };
    expect(await createClient(transport, registryProfiles).clockSkewMs(signal)).toBe(1500);
  });
});

describe('a client of Trow up to 0.6, which mixes nested repositories', () => {
  const A = digestOf(Buffer.from('a'));
  const B = digestOf(Buffer.from('b'));
  const C = digestOf(Buffer.from('c'));
  /** What is really there; the tag list of `a` has those of `a/web` as well. */
  const there: Readonly<Record<string, Digest>> = {
    'a:v1': A,
    'a:both': A,
    'a/web:both': B,
    'a/web:v9': C,
    'ab:v1': A,
  };

  function trow() {
    return scriptTransport(({ method, path }): ScriptedAnswer => {
      if (path === '/v2/_catalog') return { body: { repositories: ['a/web', 'ab', 'a'] } };
      const [, repository = '', verb, name = ''] = /^\/v2\/(.+)\/(tags|manifests)\/(.+)$/.exec(path) ?? [];
      if (verb === 'tags') {
        const names = Object.keys(there).filter(
          (one) => one.startsWith(`${repository}:`) || one.startsWith(`${repository}/`),
        );
        return { body: { tags: [...new Set(names.map((one) => one.split(':')[1]))].sort() } };
      }
      if (method === 'DELETE') return { status: 202 };
      const digest = there[`${repository}:${name}`];
      return digest === undefined
        ? { status: 404 }
        : { headers: { 'docker-content-digest': digest, 'content-length': '7' } };
    });
  }
  const open = (transport = trow()) => ({
    transport,
    client: createClient(transport, registryProfiles, { product: 'trow-files' }),
  });

  test('lists the tags that are its own', async () => {
    const { client } = open();
    expect(await all(client.tags('a', signal))).toEqual(['both', 'v1']);
    expect(await all(client.tags('a/web', signal))).toEqual(['both', 'v9']);
    expect(await all(client.tags('ab', signal))).toEqual(['v1']);
  });

  test('looks up only names that a nested repository has too', async () => {
    const { client, transport } = open();
    await all(client.tags('a', signal));
    await all(client.tags('ab', signal));
    expect(transport.sent.filter((line) => line.startsWith('HEAD'))).toEqual([
      'HEAD /v2/a/manifests/both',
      'HEAD /v2/a/manifests/v9',
    ]);
    expect(transport.sent.filter((line) => line.includes('_catalog'))).toHaveLength(1);
  });

  test('deletes no digest that a tag of a nested repository has', async () => {
    const { client, transport } = open();
    await expect(client.deleteManifest('a', C, signal)).rejects.toMatchObject({
      code: 'REGISTRY_UNSUPPORTED',
      message: expect.stringContaining('a/web:v9'),
    });
    expect(transport.sent.some((line) => line.startsWith('DELETE'))).toBe(false);
    expect(await client.deleteManifest('a', A, signal)).toBe('deleted');
  });

  test('asks for the catalog in one piece', async () => {
    const { client, transport } = open();
    expect(await all(client.repositories(signal))).toEqual(['a/web', 'ab', 'a']);
    expect(transport.sent).toEqual(['GET /v2/_catalog']);
  });
});
