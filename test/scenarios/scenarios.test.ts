import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { planText, storySchema, tellStory } from '../support/story.ts';

/** Each folder is a story: a small world in `scenario.yaml`, and what must be planned in `expected-plan.txt`. */
const here = new URL('.', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true }).filter(({ name }) =>
  existsSync(new URL(`${name}/scenario.yaml`, here)),
);

describe('scenarios', () => {
  it('are found', () => {
    expect(folders.length).toBeGreaterThan(10);
  });

  for (const { name } of folders) {
    const story = storySchema.parse(parse(readFileSync(new URL(`${name}/scenario.yaml`, here), 'utf8')));
    it(`${name}: ${story.story}${story.issues.length === 0 ? '' : ` (${story.issues.join(', ')})`}`, () => {
      const expected = readFileSync(new URL(`${name}/expected-plan.txt`, here), 'utf8');
      expect(`${planText(tellStory(story), story)}\n`).toBe(expected);
    });
  }
});
