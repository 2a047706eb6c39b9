import { describe, expect, test } from 'vitest';
import { type ScriptedAnswer, scriptTransport } from '../../../../test/support/scripted-transport.ts';
import { digestOf } from '../content-digest.ts';
import { readBlob, readBlobSize } from './read-blob.ts';

const { signal } = new AbortController();
const BYTES = Buffer.from('{"created":"2024-01-01T00:00:00Z"}');
const DIGEST = digestOf(BYTES);

const blob = (answer: ScriptedAnswer) =>
  readBlob(
    scriptTransport(() => answer),
    'a',
    DIGEST,
    100,
    signal,
  );
const size = (answer: ScriptedAnswer) =>
  readBlobSize(
    scriptTransport(() => answer),
    'a',
    DIGEST,
    signal,
  );

describe('a blob', () => {
  test('is read and verified', async () => {
    expect(await blob({ body: BYTES })).toEqual(BYTES);
    await expect(blob({ body: 'something else' })).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_MISMATCH' });
  });

  test('tells its size', async () => {
    expect(await size({ headers: { 'content-length': '33' } })).toBe(33);
    expect(await size({ headers: { 'content-length': '0' } })).toBe(0);
    await expect(size({})).rejects.toMatchObject({ code: 'REGISTRY_BAD_ANSWER' });
  });

  test('that is absent gives nothing', async () => {
    expect(await blob({ status: 404 })).toBeUndefined();
    expect(await size({ status: 404 })).toBeUndefined();
  });
});
