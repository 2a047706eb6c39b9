import { describe, expect, test } from 'vitest';
import { NOW_MS, planObjects } from '../../test/oc/plan-case.ts';
import { datedTag } from '../../test/support/trouble-worlds.ts';
import { renderExplain } from '../report/explain/render-explain.ts';
import { noPaint } from '../report/paint.ts';
import type { KubeObject } from '../systems/cluster/contract.ts';
import { explainImage, type ImageTarget } from './explain-image.ts';

const { objects, obsolete, image } = datedTag(NOW_MS);
const HOUR_MS = 3_600_000;

/** Explains in the world of {@link datedTag}, with as many revisions kept as said. */
async function explained(target: ImageTarget, keepTagRevisions = 3, more: readonly KubeObject[] = []) {
  const policy = {
    ...{ all: true, keepYoungerThanMs: HOUR_MS, minAgeMs: 600_000, keepTagRevisions },
    ...{ pruneOverSizeLimit: false, pruneRegistry: true, keepBlobs: false },
  };
  return explainImage(await planObjects([...objects, ...more], { policy }), target);
}

const placesOf = ({ siblings = [] }: Awaited<ReturnType<typeof explained>>) =>
  siblings.map(({ target, verdict, reason }) => `${target}: ${verdict}, ${reason.code}`);

describe('why an Image stays or goes', () => {
  test('is told with every place that it has in a tag’s history, what keeps it first', async () => {
    const explanation = await explained({ digest: obsolete });

    expect(explanation.verdict).toBe('keep');
    expect(explanation.target).toBe(obsolete);
    expect(placesOf(explanation)).toEqual([
      'shop/myapp:v2.1 at position 2 of 3: keep, in-tag-history',
      'shop/myapp:v2.1-may-2016 at position 0 of 1: keep, in-tag-history',
      'shop/myapp:v2 at position 4 of 5: delete, beyond-tag-revisions',
    ]);
    expect(explanation.way.map(({ resource }) => resource)).toEqual([
      expect.stringMatching(/^shop\/myapp:v2\.1.*@sha256:/),
      `image-object ${obsolete}`,
    ]);
  });

  test('with one revision kept is told to hang on the tag with a date alone', async () => {
    const explanation = await explained({ digest: obsolete }, 1);

    expect(placesOf(explanation)[0]).toBe('shop/myapp:v2.1-may-2016 at position 0 of 1: keep, in-tag-history');
    expect(placesOf(explanation).filter((place) => place.includes('keep'))).toHaveLength(1);
  });

  test('with no revision kept is told by what has let it go', async () => {
    const explanation = await explained({ digest: obsolete }, 0);

    expect(explanation.verdict).toBe('delete');
    expect(explanation.way[0]?.resource).toContain('shop/myapp:');
  });

  test('names the pod that uses it', async () => {
    const pod = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'other', name: 'late' } },
      spec: { containers: [{ name: 'app', image: `registry.example/shop/myapp@${obsolete}` }] },
      status: { phase: 'Running' },
    } as KubeObject;
    const { verdict, way } = await explained({ digest: obsolete }, 0, [pod]);

    expect(verdict).toBe('keep');
    expect(way[0]?.resource).toContain('Pod/late');
  });
});

describe('why an item of a tag’s history stays or goes', () => {
  test('is told of the newest, where the tag is named', async () => {
    const explanation = await explained({ stream: 'shop/myapp', tag: 'v2' });

    expect(explanation.target).toBe(`shop/myapp:v2[0]@${image('E').digest}`);
    expect(explanation.reason).toEqual({
      code: 'in-tag-history',
      because: 'revision 0 of its tag, of which the newest 3 stay',
    });
    expect(explanation.siblings).toEqual([]);
  });

  test('is told of the stream’s newest item of a digest, which is not told twice', async () => {
    const explanation = await explained({ stream: 'shop/myapp', digest: obsolete });

    expect(explanation.target).toBe(`shop/myapp:v2.1-may-2016[0]@${obsolete}`);
    expect(placesOf(explanation)).toHaveLength(2);
  });
});

describe('what is not there', () => {
  test.each([
    { digest: `sha256:${'0'.repeat(64)}` },
    { stream: 'shop/myapp', tag: 'v9' },
    { stream: 'shop/other', digest: obsolete },
  ])('is told as that, with a way to see what there is: %o', async (target) => {
    const explanation = await explained(target);
    const text = [...renderExplain(explanation, 'table', noPaint)].join('\n');

    expect(explanation.verdict).toBe('absent');
    expect(text).toContain('Next: `winnow prune images -o wide --show-kept`');
  });
});
