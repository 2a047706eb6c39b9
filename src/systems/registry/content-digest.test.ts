import { describe, expect, test } from 'vitest';
import { mediaTypes } from '../../oci/media-type.ts';
import { digestOf, isContentOf, manifestDigest } from './content-digest.ts';

const EMPTY = Buffer.from('{}');

describe('a content digest', () => {
  test('is that of the bytes, by either algorithm', () => {
    expect(digestOf(EMPTY)).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    const long = digestOf(EMPTY, 'sha512');
    expect(long).toMatch(/^sha512:27c74670adb75075/);
    expect(isContentOf(long, EMPTY)).toBe(true);
    expect(isContentOf(long, Buffer.from('{ }'))).toBe(false);
  });

  test('of a signed schema 1 manifest leaves the signatures out', () => {
    const payload = '{\n   "schemaVersion": 1,\n   "name": "a"\n}';
    const head = payload.slice(0, -2);
    const format = { formatLength: head.length, formatTail: Buffer.from('\n}').toString('base64url') };
    const signature = { protected: Buffer.from(JSON.stringify(format)).toString('base64url'), signature: 'x' };
    const signed = Buffer.from(`${head},\n   "signatures": [${JSON.stringify(signature)}]\n}`);
    expect(manifestDigest(signed, mediaTypes.dockerSchema1Signed)).toBe(digestOf(Buffer.from(payload)));
    expect(manifestDigest(signed, mediaTypes.ociManifest)).toBe(digestOf(signed));
  });

  test('of what only calls itself signed is that of its bytes', () => {
    for (const text of ['{}', 'no JSON', '{"signatures":[{"protected":"e30"}]}', '{"signatures":[]}'])
      expect(manifestDigest(Buffer.from(text), mediaTypes.dockerSchema1Signed)).toBe(digestOf(Buffer.from(text)));
  });
});
