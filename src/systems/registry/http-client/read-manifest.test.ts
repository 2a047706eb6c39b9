import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport } from '../../../../test/support/scripted-transport.ts';
import { mediaTypes } from '../../../oci/media-type.ts';
import { digestOf } from '../content-digest.ts';
import { fetchManifest, resolveManifest } from './read-manifest.ts';
import type { RegistryRequest } from './transport-contract.ts';

const { signal } = new AbortController();
const BYTES = Buffer.from('{"schemaVersion":2}');
const DIGEST = digestOf(BYTES);
const LONG = digestOf(BYTES, 'sha512');
const OTHER = digestOf(Buffer.from('other'));
const TYPE = { 'content-type': `${mediaTypes.ociManifest}; charset=utf-8` };
const found = { digest: DIGEST, mediaType: mediaTypes.ociManifest, sizeBytes: BYTES.length };

function resolve(reference: string, answer: (request: RegistryRequest) => ScriptedAnswer) {
  const transport = scriptTransport(answer);
  const result = resolveManifest(transport, 'a', reference, 4096, signal);
  return { result, transport };
}

function fetch(reference: string, answer: ScriptedAnswer) {
  return fetchManifest(
    scriptTransport(() => answer),
    'a',
    reference,
    4096,
    signal,
  );
}

describe('resolving a reference', () => {
  const head = { headers: { ...TYPE, 'docker-content-digest': DIGEST, 'content-length': String(BYTES.length) } };

  test('takes one HEAD', async () => {
    const { result, transport } = resolve('v1', () => head);
    expect(await result).toEqual(found);
    expect(transport.sent).toEqual(['HEAD /v2/a/manifests/v1']);
    expect(transport.requests[0]?.headers?.['accept']).toContain(mediaTypes.dockerList);
  });

  test.each([
    ['without a digest', { headers: { ...TYPE, 'content-length': '19' } }],
    [
      'with something else for a digest',
      { headers: { ...TYPE, 'docker-content-digest': 'x', 'content-length': '19' } },
    ],
    ['without a size', { headers: { ...TYPE, 'docker-content-digest': DIGEST } }],
    ['that is not allowed', { status: 405 }],
  ])('goes on to GET after a HEAD %s', async (_, answer) => {
    const { result, transport } = resolve('v1', ({ method }) =>
      method === 'HEAD' ? answer : { headers: TYPE, body: BYTES },
    );
    expect(await result).toEqual(found);
    expect(transport.sent).toEqual(['HEAD /v2/a/manifests/v1', 'GET /v2/a/manifests/v1']);
  });

  test('by digest believes no other digest of the same algorithm', async () => {
    const { result } = resolve(OTHER, () => head);
    await expect(result).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });

  test('by a long digest keeps to it where the server names the short one', async () => {
    const { result } = resolve(LONG, () => head);
    expect(await result).toEqual({ ...found, digest: LONG });
  });

  test('that is absent gives nothing; what is only refused is an error', async () => {
    expect(await resolve('v1', () => ({ status: 404 })).result).toBeUndefined();
    await expect(resolve('v1', () => ({ status: 403 })).result).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
  });
});

describe('reading a manifest', () => {
  test('computes the digest over what came', async () => {
    const named = { headers: { ...TYPE, 'docker-content-digest': DIGEST }, body: BYTES };
    expect(await fetch('v1', named)).toEqual({ ...found, bytes: BYTES });
    expect(await fetch('v1', { headers: TYPE, body: BYTES })).toEqual({ ...found, bytes: BYTES });
    expect(await fetch(DIGEST, { headers: TYPE, body: BYTES })).toEqual({ ...found, bytes: BYTES });
  });

  test('goes by the algorithm that was asked for, or that the server names', async () => {
    expect((await fetch(LONG, { headers: TYPE, body: BYTES }))?.digest).toBe(LONG);
    expect((await fetch('v1', { headers: { 'docker-content-digest': LONG }, body: BYTES }))?.digest).toBe(LONG);
    expect((await fetch(LONG, { headers: { 'docker-content-digest': DIGEST }, body: BYTES }))?.digest).toBe(LONG);
  });

  test.each([
    ['asked for', OTHER, {}],
    ['named by the server', 'v1', { 'docker-content-digest': OTHER }],
    ['named by the server, though it is the one asked for', DIGEST, { 'docker-content-digest': OTHER }],
  ])('fails where the content is not the one %s', async (_, reference, headers) => {
    await expect(fetch(reference, { headers, body: BYTES })).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_MISMATCH',
      message: expect.stringContaining(OTHER),
    });
  });

  test('that is absent gives nothing', async () => {
    expect(await fetch('v1', { status: 404 })).toBeUndefined();
  });

  test('asks for nothing where the reference is neither tag nor digest', async () => {
    const transport = scriptTransport(() => ({}));
    const call = fetchManifest(transport, 'a', '../../b', 4096, signal);
    await expect(call).rejects.toMatchObject({ code: 'REGISTRY_BAD_ANSWER' });
    expect(transport.sent).toEqual([]);
  });
});
