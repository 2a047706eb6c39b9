import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openRegistry, registryProfiles } from './index.ts';

/** Folders that are no product: the client that all of them share, and the registry for tests. */
const OTHERS = ['http-client', 'memory'];

describe('the list of registries', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test('names every folder, by its name', () => {
    const ids = registryProfiles.map(({ id }) => id);
    expect([...ids, ...OTHERS].sort()).toEqual(folders.sort());
  });

  test('has a page for each folder', () => {
    for (const folder of folders.filter((name) => name !== 'http-client'))
      expect(readdirSync(`${import.meta.dirname}/${folder}`)).toContain('README.md');
  });

  test('ends with one that recognises every server, and none before it does', () => {
    const stranger = {
      api: {},
      wayIn: { scheme: 'none' } as const,
      options: { status: 404, headers: {} },
      home: '',
      referrersApi: false,
    };
    const recognising = registryProfiles.filter((profile) => profile.recognises(stranger)).map(({ id }) => id);
    expect(recognising).toEqual(['generic']);
    expect(registryProfiles.at(-1)?.id).toBe('generic');
  });
});

test('a product that is not known is refused before anything is asked', async () => {
  const { signal } = new AbortController();
  await expect(openRegistry({ url: 'registry.test', product: 'quai' }, signal)).rejects.toMatchObject({
    code: 'REGISTRY_SETTINGS_INVALID',
    hint: expect.stringContaining('distribution'),
  });
});
