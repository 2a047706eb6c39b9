import { describe, expect, it } from 'vitest';
import { digestOf, HOST, storySchema, tellStory } from '../../test/support/story.ts';
import { formatResource } from '../evidence/resource.ts';

/** `A` is contained by what its own signature names (`sig(A) → F → D → B → A`); `D` has a signature of its own. */
const circleWithASignature = storySchema.parse({
  story: 'a circle, and a signature of one in it',
  tags: { 'app/nested:sig(A)': 'F', 'app/nested:sig(D)': 'I' },
  manifests: {
    A: {},
    B: { children: ['A'] },
    D: { children: ['B'] },
    F: { children: ['D'] },
    I: { absent: true },
  },
  records: [
    { id: '1', owns: 'app/nested:sig(A)', status: 'inactive' },
    { id: '2', owns: 'app/nested:sig(D)', status: 'inactive' },
  ],
  classes: [{ kind: 'transient', repositories: ['app/*'], noRecordMinAgeMs: 864_000_000 }],
});

describe('the order of a plan', () => {
  it('breaks a circle within the circle alone: what only hangs on it keeps its place behind its keeper', () => {
    const targets = tellStory(circleWithASignature).planned.actions.map(({ target }) => formatResource(target));
    const image = targets.indexOf(`${HOST}/app/nested@${digestOf('D')}`);
    const signature = targets.indexOf(`${HOST}/app/nested:${digestOf('D').replace(':', '-')}.sig`);
    expect(image).toBeGreaterThanOrEqual(0);
    expect(signature).toBeGreaterThan(image);
  });
});
