import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { storeStorySchema, tellStoreStory } from '../support/store-story.ts';

/** Each folder with a `storage.yaml` is a story about a registry's storage; `expected-steps.txt` is what must come of it. */
const here = new URL('.', import.meta.url);
const folders = readdirSync(here).filter((name) => existsSync(new URL(`${name}/storage.yaml`, here)));

describe('scenarios of storages', () => {
  it('are found', () => {
    expect(folders.length).toBeGreaterThan(4);
  });

  for (const name of folders) {
    const story = storeStorySchema.parse(parse(readFileSync(new URL(`${name}/storage.yaml`, here), 'utf8')));
    it(`${name}: ${story.story}`, async () => {
      const expected = readFileSync(new URL(`${name}/expected-steps.txt`, here), 'utf8');
      expect(`${(await tellStoreStory(story)).join('\n')}\n`).toBe(expected);
    });
  }
});
