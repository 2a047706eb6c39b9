import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport, specError } from '../../../../test/support/scripted-transport.ts';
import { deleteReference } from './delete.ts';

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
