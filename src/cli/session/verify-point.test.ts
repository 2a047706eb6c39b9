import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { VerifyPoint } from '../../flows/verify-contents.ts';
import { verifyPointFile } from './verify-point.ts';

const point: VerifyPoint = { after: `sha256:${'a'.repeat(64)}`, blobs: 3, sizeBytes: 40, wrong: [] };

test('a point that was written is read again, for the same store alone', () => {
  const folder = makeTempFolder('state');
  verifyPointFile(folder, 'distribution-fs:/a').write(point);

  expect(verifyPointFile(folder, 'distribution-fs:/a').read()).toEqual(point);
  expect(verifyPointFile(folder, 'distribution-fs:/b').read()).toBeUndefined();
  verifyPointFile(folder, 'distribution-fs:/a').remove();
  expect(verifyPointFile(folder, 'distribution-fs:/a').read()).toBeUndefined();
});

test.each([
  'no JSON',
  '[]',
  'null',
  JSON.stringify({ store: 'distribution-fs:/b', ...point }),
  JSON.stringify({ store: 'distribution-fs:/a', ...point, after: 'x' }),
  JSON.stringify({ store: 'distribution-fs:/a', ...point, blobs: -1 }),
  JSON.stringify({ store: 'distribution-fs:/a', ...point, wrong: ['x'] }),
])('what is not to be understood is no point: %s', (text) => {
  const folder = makeTempFolder('state');
  const file = verifyPointFile(folder, 'distribution-fs:/a');
  file.write(point);
  const [name = ''] = readdirSync(join(folder, 'fsck'));
  writeFileSync(join(folder, 'fsck', name), text);

  expect(file.read()).toBeUndefined();
});
