import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import { mediaTypes } from '../../../oci/media-type.ts';
import { digestOf } from '../content-digest.ts';
import type { RegistryRequest } from './transport-contract.ts';
import { pushBlob, pushManifest } from './write.ts';

const { signal } = new AbortController();
const BYTES = Buffer.from('{"schemaVersion":2}\n');
const DIGEST = digestOf(BYTES);
const OTHER = digestOf(Buffer.from('other'));
const MANIFEST = { mediaType: mediaTypes.ociManifest, bytes: BYTES };

function push(reference: string, answer: ScriptedAnswer) {
  const transport = scriptTransport(() => answer);
  return { result: pushManifest(transport, 'a', reference, MANIFEST, signal), transport };
}

function pushVia(location: string | undefined, closed: ScriptedAnswer = { status: 201 }) {
  const answer = ({ method }: RegistryRequest): ScriptedAnswer =>
    method === 'POST' ? { status: 202, headers: location === undefined ? {} : { location } } : closed;
  const transport = scriptTransport(answer);
  return { result: pushBlob(transport, 'a', BYTES, signal), transport };
}

describe('pushing a manifest', () => {
  test('sends its bytes as they are', async () => {
    const { result, transport } = push('v1', { status: 201, headers: { 'docker-content-digest': DIGEST } });
    expect(await result).toBe(DIGEST);
    expect(transport.requests).toMatchObject([
      { method: 'PUT', access: 'push', headers: { 'content-type': mediaTypes.ociManifest }, body: BYTES },
    ]);
  });

  test('knows the digest itself where the server does not name it', async () => {
    expect(await push('v1', { status: 201 }).result).toBe(DIGEST);
  });

  test('believes no other digest', async () => {
    const { result } = push('v1', { status: 201, headers: { 'docker-content-digest': OTHER } });
    await expect(result).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });

  test('sends nothing under a digest that is not its own', async () => {
    const { result, transport } = push(OTHER, { status: 201 });
    await expect(result).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
    expect(transport.sent).toEqual([]);
  });

  test('tells read-only mode from a server that does not take it', async () => {
    await expect(push('v1', { status: 405 }).result).rejects.toMatchObject({ code: 'REGISTRY_READ_ONLY' });
    await expect(push('v1', specError(405, 'UNSUPPORTED')).result).rejects.toMatchObject({
      code: 'REGISTRY_UNSUPPORTED',
    });
    await expect(push('v1', specError(400, 'MANIFEST_BLOB_UNKNOWN')).result).rejects.toMatchObject({
      message: expect.stringContaining('MANIFEST_BLOB_UNKNOWN'),
    });
  });
});

describe('pushing a blob', () => {
  const d = encodeURIComponent(DIGEST);

  test.each([
    ['relative', '/v2/a/blobs/uploads/17', `/v2/a/blobs/uploads/17?digest=${d}`],
    ['with a query', '/v2/a/blobs/uploads/17?_state=x%2Fy+z', `/v2/a/blobs/uploads/17?_state=x%2Fy+z&digest=${d}`],
    ['absolute', 'https://registry.test/v2/a/blobs/uploads/17?s=1', `/v2/a/blobs/uploads/17?s=1&digest=${d}`],
    ['without the TLS before it', 'http://registry.test/somewhere/17', `/somewhere/17?digest=${d}`],
    [
      'under another name of the server',
      'http://inside:5000/v2/a/blobs/uploads/17',
      `/v2/a/blobs/uploads/17?digest=${d}`,
    ],
  ])('goes to the upload that the server opened: %s', async (_, location, path) => {
    const { result, transport } = pushVia(location);
    expect(await result).toBe(DIGEST);
    expect(transport.sent).toEqual(['POST /v2/a/blobs/uploads/', `PUT ${path}`]);
    expect(transport.requests[1]?.body).toBe(BYTES);
  });

  test.each([
    ['nowhere', undefined],
    ['to another host', 'https://evil.test/upload'],
  ])('is not sent %s', async (_, location) => {
    const { result, transport } = pushVia(location);
    await expect(result).rejects.toMatchObject({ code: 'REGISTRY_BAD_ANSWER' });
    expect(transport.sent).toEqual(['POST /v2/a/blobs/uploads/']);
  });

  test('believes no other digest', async () => {
    const { result } = pushVia('/v2/a/blobs/uploads/17', { status: 201, headers: { 'docker-content-digest': OTHER } });
    await expect(result).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });
});
