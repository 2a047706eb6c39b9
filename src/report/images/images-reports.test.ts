import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ocCase, policyOf } from '../../../test/oc/cases.ts';
import { toObjects } from '../../../test/oc/objects.ts';
import { applyImages, fillRegistry, imagesWorld, NOW_MS, planImages } from '../../../test/support/images-world.ts';
import { textOf } from '../../../test/support/report-examples.ts';
import type { Gap } from '../../evidence/gap.ts';
import { keptImages } from '../../plan/count-images.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { inEnvelope } from '../cloud-event.ts';
import { exitCodeOfPlan } from '../exit-code.ts';
import type { OutputFormat } from '../output-format.ts';
import { noPaint } from '../paint.ts';
import type { PlanToShow } from '../plan/plan-to-show.ts';
import { renderPlan } from '../plan/render-plan.ts';
import { pruneImagesPlanEvent, pruneImagesRunEvent } from '../prune-images-event.ts';
import { renderRun } from '../run/render-run.ts';

/* OC-52: foo/bar:latest has D1 to D4, the newest three stay; D4 alone has layer5 to layer8. */

async function ground(id = 'OC-52') {
  const one = ocCase(id);
  const policy = policyOf(one);
  const world = imagesWorld(toObjects(one, NOW_MS));
  await fillRegistry(world);
  const planned = await planImages(world, { policy });
  return { policy, world, planned, plan: planned.plan };
}

function shown(plan: PlanToShow, format: OutputFormat): string {
  return textOf(renderPlan(plan, format, noPaint));
}

function withHeader(plan: PlanToShow, more: Partial<PlanHeader>): PlanToShow {
  return { ...plan, header: { ...plan.header, ...more } };
}

describe('a plan for OpenShift’s images, for eyes', () => {
  test('says that it is none but a plan, what there is, and ends with oc’s summary in words of what would be', async () => {
    const text = shown((await ground()).plan, 'table');

    expect(text.startsWith('DRY RUN: nothing was deleted\n')).toBe(true);
    expect(text).toContain('Image API:      openshift:api.example:6443\n');
    expect(text).toContain('Holds:          4 images, 1 image stream\n');
    expect(text).toMatch(/IMAGE STREAM +ITEMS +IN USE +REMOVE +KEEP +FREES\nfoo\/bar +4 +0 +1 +3 /);
    expect(text).toMatch(/foo\/bar:latest\[3\]@sha256:[0-9a-f]{12}… +delete-stream-item +beyond-tag-revisions/);
    expect(text).toContain(
      'Would delete 1 image object, delete 1 image stream tag item, update 1 image stream, delete 4 layer links, delete 1 manifest link, delete 5 blobs.\n',
    );
    expect(text).toContain('That data goes for good: undo brings back all else.');
    expect(text).not.toMatch(/\bDeleted\b|\bdeleted \d/);
  });

  test('names what stays without the image API, and in the wide table whole', async () => {
    const { planned, plan } = await ground();
    const kept = [...keptImages(planned.view.evidence, planned.decisions)];

    expect(shown({ ...plan, kept }, 'table')).toMatch(/^foo\/bar:latest\[0\]@sha256:[0-9a-f]{12}… +in-tag-history/m);
    expect(shown({ ...plan, kept }, 'wide')).toMatch(/^sha256:[0-9a-f]{64} +referenced +foo\/bar:latest\[\d\]@/m);
  });

  test('of nothing says that nothing goes', async () => {
    const text = shown((await ground('OC-01')).plan, 'table');

    expect(text).toContain('Would delete 0 objects');
    expect(text).not.toContain('--confirm');
  });

  test('names references that can not be read, who wrote them, and what stays for them', async () => {
    const bad = {
      reference: 'foo/bar@sha256:1',
      by: ['Pod a/b', 'Pod a/c', 'Pod a/d'],
      why: 'it is cut off',
      keeps: ['foo/bar'],
    };
    const { plan } = await ground();
    const words = '"foo/bar@sha256:1" of Pod a/b, Pod a/c and 1 more: it is cut off; keeps foo/bar';

    expect(shown(withHeader(plan, { badReferences: [bad] }), 'table')).toContain(
      `1 reference could not be read; what each may mean was kept:\n! ${words}\n`,
    );
    expect(shown(withHeader(plan, { badReferences: [bad] }), 'markdown')).toContain('foo/bar@sha256:1');
  });

  test('that was stopped by a limit or has gaps says so, and how to close them', async () => {
    const { plan } = await ground();
    const gap: Gap = {
      ...{ scope: '', hides: 'holds', source: 'cluster own', cause: 'listing pods: 403' },
      hint: 'grant list on pods',
    };
    const stopped = withHeader(plan, { broken: ['maxShare: 9 of 10'], gaps: [gap] });

    for (const format of ['table', 'markdown'] as const) {
      expect(shown(stopped, format)).toMatch(/stopped by 1 limit/i);
      expect(shown(stopped, format)).toContain('grant list on pods');
      expect(shown(stopped, format)).not.toContain('--confirm');
    }
  });

  test('in Markdown is short, whatever its size', async () => {
    const text = shown((await ground()).plan, 'markdown');

    expect(text.startsWith('## Winnow prune images: 1 image of 4 would go\n')).toBe(true);
    expect(text).toContain('| `foo/bar` | 4 | 0 | 1 |');
  });
});

describe('a plan for OpenShift’s images, for programs', () => {
  test('has a list for each kind of thing, each entry with its reason', async () => {
    const document = JSON.parse(shown((await ground()).plan, 'json'));

    expect(document).toMatchObject({ kind: 'Plan', flow: 'prune', imageApi: 'openshift:api.example:6443' });
    expect(document.imageCounts).toMatchObject({ streamItems: { found: 4, removed: 1 }, blobs: { removed: 5 } });
    expect(document.streamItems).toEqual([
      {
        ...{ n: 1, stream: 'foo/bar', tag: 'latest', index: 3, image: expect.stringMatching(/^sha256:/) },
        ...{ created: '2015-01-01T00:00:00.000Z', reason: 'beyond-tag-revisions', because: expect.any(String) },
      },
    ]);
    expect(document.streamTags).toEqual([]);
    expect(document.layerLinks).toHaveLength(4);
    expect(document.layerLinks[0]).toMatchObject({ repository: 'foo/bar', reason: 'unreferenced' });
    expect(document.manifestLinks).toHaveLength(1);
    expect(document.blobs).toHaveLength(5);
    expect(document.images).toEqual([expect.objectContaining({ reason: 'unreferenced', because: expect.any(String) })]);
    expect(document).not.toHaveProperty('actions');
  });

  test('names tags that vanish', async () => {
    const document = JSON.parse(shown((await ground('OC-05')).plan, 'json'));

    expect(document.streamTags).toEqual([expect.objectContaining({ stream: 'foo/bar', tag: 'latest' })]);
  });

  test('is the same in YAML', async () => {
    const { plan } = await ground();

    expect(parse(shown(plan, 'yaml'))).toEqual(JSON.parse(shown(plan, 'json')));
  });
});

describe('a run on OpenShift’s images', () => {
  test('ends with oc’s summary, and tells what went for good', async () => {
    const { world, policy, planned } = await ground();
    const report = await applyImages(world, planned, { policy });
    const summary =
      'Summary: deleted 1 image object, deleted 1 image stream tag item, updated 1 image stream, deleted 4 layer links, deleted 1 manifest link, deleted 5 blobs';

    expect(textOf(renderRun(report, 'table', noPaint))).toContain(`${summary}\n`);
    expect(textOf(renderRun(report, 'table', noPaint))).toContain('5 blobs went for good');
    expect(textOf(renderRun(report, 'table', noPaint))).toContain('oc rollout restart deployment/image-registry');
    expect(textOf(renderRun(report, 'markdown', noPaint))).toContain(summary);
    expect(JSON.parse(textOf(renderRun(report, 'json', noPaint))).steps['delete-blob'].count).toBe(5);
  });

  test('that left the data alone asks nobody to restart the registry', async () => {
    const { world, policy } = await ground();
    const choices = { ...policy, keepBlobs: true };
    const report = await applyImages(world, await planImages(world, { policy: choices }), { policy: choices });

    expect(textOf(renderRun(report, 'table', noPaint))).toContain('Summary: deleted');
    expect(textOf(renderRun(report, 'table', noPaint))).not.toContain('oc rollout');
  });

  test('is told in an event, and so is a dry run', async () => {
    const { world, policy, planned } = await ground();
    const { header } = planned.plan;
    const removed = { images: 1, stream_items: 1, streams_updated: 1, layer_links: 4, manifest_links: 1, blobs: 5 };

    expect(inEnvelope(pruneImagesPlanEvent(header, 1500))).toMatchObject({
      type: 'dev.winnow.prune_images.summary',
      subject: 'openshift:api.example:6443',
      source: '/winnow/image-apis/openshift%3Aapi.example%3A6443',
      data: {
        mode: 'plan',
        outcome: 'success',
        duration_seconds: 1.5,
        removed,
        found: { images: 4, streams: 1, stream_items: 4 },
      },
    });
    const report = await applyImages(world, planned, { policy });
    expect(pruneImagesRunEvent(report, header)).toMatchObject({
      mode: 'apply',
      outcome: 'success',
      removed,
      failed: 0,
    });
  });
});

test('a gap that keeps Images alone is told by the exit code, too', async () => {
  const { header } = (await ground()).plan;
  const { images } = header;
  if (images === undefined) throw new Error('there are no counts');
  const kept = { ...images, images: { ...images.images, keptByReason: { 'evidence-gap': 1 } } };

  expect(exitCodeOfPlan(header)).toBe(0);
  expect(exitCodeOfPlan({ ...header, images: kept })).toBe(5);
});
