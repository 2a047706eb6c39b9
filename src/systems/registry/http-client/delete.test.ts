import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import type { Digest } from '../../../oci/digest.ts';
import { deleteBlob, deleteReference } from './delete.ts';

const { signal } = new AbortController();

function deleting(answer: ScriptedAnswer, reference = 'v1') {
  return deleteReference(
    scriptTransport(() => answer),
    'a',
    reference,
    signal,
  );
}

describe('a deletion', () => {
  test.each([
    ['by Distribution', { status: 202 }],
    ['by others', { status: 200 }],
    ['without a word', { status: 204 }],
  ])('is done %s', async (_, answer) => {
    expect(await deleting(answer)).toBe('deleted');
  });

  test.each([
    ['is not there', specError(404, 'MANIFEST_UNKNOWN')],
    ['is not there, and no more is said', { status: 404 }],
    ['would be in a repository that zot does not know', specError(400, 'NAME_UNKNOWN')],
  ])('has nothing to do where it %s', async (_, answer) => {
    expect(await deleting(answer)).toBe('absent');
  });

  test.each([
    ['deletion is disabled', specError(405, 'UNSUPPORTED'), 'REGISTRY_UNSUPPORTED'],
    ['tags go by digest only (Distribution 2)', specError(400, 'DIGEST_INVALID'), 'REGISTRY_UNSUPPORTED'],
    ['the registry is read-only', { status: 405, body: 'Method not allowed' }, 'REGISTRY_READ_ONLY'],
    ['an index needs it (zot)', specError(405, 'DENIED'), 'REGISTRY_UNSUPPORTED'],
    ['the user may not', { status: 403 }, 'REGISTRY_DENIED'],
    ['the registry is down', { status: 503 }, 'REGISTRY_UNAVAILABLE'],
  ])('fails where %s', async (_, answer, code) => {
    await expect(deleting(answer)).rejects.toMatchObject({ code, message: expect.stringContaining('deleting a:v1') });
  });

  test('asks for the right to delete', async () => {
    const transport = scriptTransport(() => ({ status: 202 }));
    await deleteReference(transport, 'a', 'v1', signal);
    expect(transport.requests).toMatchObject([{ method: 'DELETE', access: 'delete', repository: 'a' }]);
  });
});

describe('taking a blob away', () => {
  const digest: Digest = `sha256:${'a'.repeat(64)}`;
  const deleting = (answer: ScriptedAnswer) =>
    deleteBlob(
      scriptTransport(() => answer),
      'team/a',
      digest,
      signal,
    );
  const link = `/docker/registry/v2/repositories/team/a/_layers/sha256/${'a'.repeat(64)}/link`;
  const unknown = (detail: unknown, message = 'unknown error') => {
    return { status: 500, body: { errors: [{ code: 'UNKNOWN', message, detail }] } };
  };

  test.each([
    ['202', { status: 202 }, 'deleted'],
    ['404', specError(404, 'BLOB_UNKNOWN'), 'absent'],
    ['500 with the path of the link (Distribution 3.0.0)', unknown({ Path: link, DriverName: 'filesystem' }), 'absent'],
    ['500 that says so', unknown(null, `filesystem: Path not found: ${link}`), 'absent'],
  ])('is answered with %s', async (_, answer, result) => {
    expect(await deleting(answer)).toBe(result);
  });

  test.each([
    ['a full disk', unknown({ Path: '/docker/registry/v2/blobs', DriverName: 'filesystem' }), 'REGISTRY_UNAVAILABLE'],
    ['deletion being disabled', specError(405, 'UNSUPPORTED'), 'REGISTRY_UNSUPPORTED'],
    ['read-only mode', { status: 405, body: 'Method not allowed' }, 'REGISTRY_READ_ONLY'],
  ])('fails for %s', async (_, answer, code) => {
    const message = expect.stringContaining(`deleting the blob team/a@${digest}`);
    await expect(deleting(answer)).rejects.toMatchObject({ code, message });
  });

  test('asks for the right to delete', async () => {
    const transport = scriptTransport(() => ({ status: 202 }));
    await deleteBlob(transport, 'team/a', digest, signal);
    expect(transport.sent).toEqual([`DELETE /v2/team/a/blobs/${digest}`]);
    expect(transport.requests).toMatchObject([{ access: 'delete', repository: 'team/a' }]);
  });
});
