import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { createHider, readSecret } from './secrets.ts';

test('a secret is the value, else the first line of the file, else the variable', async () => {
  const file = join(makeTempFolder('secret'), 'password');
  writeFileSync(file, 'from file\r\nsecond line\n');
  vi.stubEnv('WINNOW_TEST_SECRET', 'from env');
  expect(await readSecret('password', { value: 'given', file, env: 'WINNOW_TEST_SECRET' })).toBe('given');
  expect(await readSecret('password', { file, env: 'WINNOW_TEST_SECRET' })).toBe('from file');
  expect(await readSecret('password', { env: 'WINNOW_TEST_SECRET' })).toBe('from env');
  expect(await readSecret('password', {})).toBeUndefined();
  vi.unstubAllEnvs();
});

test('a secret that is named but not there is an error', async () => {
  const folder = makeTempFolder('secret');
  writeFileSync(join(folder, 'empty'), '\n');
  const unreadable = { code: 'RECORDS_SECRET_UNREADABLE' };
  await expect(readSecret('password', { file: join(folder, 'absent') })).rejects.toMatchObject(unreadable);
  await expect(readSecret('password', { file: join(folder, 'empty') })).rejects.toMatchObject(unreadable);
  await expect(readSecret('token', { env: 'WINNOW_TEST_NOT_SET' })).rejects.toMatchObject(unreadable);
});

test('what is hidden is taken out of texts, percent-encoded too, the longest first', () => {
  const hider = createHider();
  expect(hider.hide('p/w')).toBe('p/w');
  hider.hide('p/w and more');
  hider.hide('');
  expect(hider.clean('sent p/w and more, p/w and p%2Fw')).toBe('sent ***, *** and ***');
});
