import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFile, type Places } from './find-file.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'winnow-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, content: string | Buffer = path) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const find = (more: Partial<Places> = {}) =>
  findFile({
    env: {},
    cwd: join(root, 'here'),
    home: join(root, 'home'),
    systemFile: join(root, 'etc/config.yaml'),
    ...more,
  });

test('the places are looked at in order, the first file wins', async () => {
  expect(await find()).toBeUndefined();
  write('etc/config.yaml');
  expect((await find())?.text).toBe('etc/config.yaml');
  write('home/.config/winnow/config.yaml');
  expect((await find())?.text).toBe('home/.config/winnow/config.yaml');
  write('here/winnow.yaml');
  expect(await find()).toEqual({ path: 'winnow.yaml', text: 'here/winnow.yaml' });
  write('elsewhere.yaml');
  expect((await find({ env: { WINNOW_CONFIG: join(root, 'elsewhere.yaml') } }))?.text).toBe('elsewhere.yaml');
  expect((await find({ env: { WINNOW_CONFIG: 'nowhere.yaml' }, configPath: '../etc/config.yaml' }))?.text).toBe(
    'etc/config.yaml',
  );
});

test('XDG_CONFIG_HOME takes the place of ~/.config, unless it is relative', async () => {
  write('xdg/winnow/config.yaml');
  write('home/.config/winnow/config.yaml');
  expect((await find({ env: { XDG_CONFIG_HOME: join(root, 'xdg') } }))?.text).toBe('xdg/winnow/config.yaml');
  expect((await find({ env: { XDG_CONFIG_HOME: 'xdg' } }))?.text).toBe('home/.config/winnow/config.yaml');
});

test('~ is the home directory', async () => {
  write('home/mine.yaml');
  expect(await find({ configPath: '~/mine.yaml' })).toEqual({ path: '~/mine.yaml', text: 'home/mine.yaml' });
});

test('a file that is named has to be there', async () => {
  await expect(find({ configPath: 'no.yaml' })).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: 'reading the settings file no.yaml, which --config names: it does not exist',
    hint: 'Check the path, or leave it out to use ./winnow.yaml, ~/.config/winnow/config.yaml or /etc/winnow/config.yaml.',
  });
  await expect(find({ env: { WINNOW_CONFIG: 'no.yaml' } })).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: 'reading the settings file no.yaml, which WINNOW_CONFIG names: it does not exist',
  });
});

test('an empty WINNOW_CONFIG counts as not set', async () => {
  expect(await find({ env: { WINNOW_CONFIG: '' } })).toBeUndefined();
});

test('a file that is there and cannot be read is not passed over', async () => {
  mkdirSync(join(root, 'here/winnow.yaml'), { recursive: true });
  write('etc/config.yaml');
  await expect(find()).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: 'reading the settings file winnow.yaml: it is a directory',
  });
});

test('a file in another encoding is refused', async () => {
  write('here/winnow.yaml', Buffer.from([0x63, 0x3a, 0x20, 0xff, 0xfe]));
  await expect(find()).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: 'reading the settings file winnow.yaml: it is not text in UTF-8',
  });
});

test('a file of many megabytes is refused', async () => {
  write('here/winnow.yaml', Buffer.alloc((4 << 20) + 1, '#'));
  await expect(find()).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: 'reading the settings file winnow.yaml: it has 4194305 bytes, more than 4194304',
  });
});
