import { describe, expect, test } from 'vitest';
import { dieAt, mortalJournal } from '../../test/support/crashing.ts';
import {
  applyImages,
  historyIn,
  imagesWorld,
  NOW_MS,
  pictureOf,
  planImages,
  undoImages,
} from '../../test/support/images-world.ts';
import { openshiftObjects } from '../../test/support/openshift-objects.ts';
import { memoryJournal } from '../systems/journal/memory/memory-journal.ts';

const policy = {
  ...{ all: true, keepYoungerThanMs: 3_600_000, keepTagRevisions: 1, pruneOverSizeLimit: false },
  ...{ pruneRegistry: true, minAgeMs: 600_000 },
};
const shop = [
  { name: 'shop/web', tags: { latest: ['A', 'B', 'C', 'D'], v1: ['B'] } },
  { name: 'shop/api', tags: { latest: ['E', 'C'] } },
];

/** As little as has a thing of every kind. */
const small = [{ name: 'shop/web', tags: { latest: ['A', 'B'], old: ['A'] } }];

async function ground(streams = shop, journal = memoryJournal()) {
  const built = openshiftObjects(streams, NOW_MS);
  const world = imagesWorld(built.objects, journal);
  await built.fill(world.registry);
  world.api.calls.length = 0;
  return { ...built, world, before: pictureOf(world) };
}

describe('undoing a run on OpenShift’s images', () => {
  test('brings everything back where data was left alone: items in their places, links, and Images', async () => {
    const { world, before } = await ground();
    const objectsOnly = { ...policy, pruneRegistry: false };
    await applyImages(world, await planImages(world, { policy: objectsOnly }), { policy: objectsOnly });
    expect(pictureOf(world)).not.toEqual(before);

    const report = await undoImages(world);
    expect(report.problems).toEqual([]);
    expect(pictureOf(world)).toEqual(before);
  });

  test('gives configs and manifests back, and tells by name which data is gone for good', async () => {
    const { world, before, image } = await ground();
    await applyImages(world, await planImages(world, { policy }), { policy });

    const { problems, counts } = await undoImages(world);
    const told = problems.map(
      ({ action, restored }) => `${action.do} ${'why' in restored ? restored.why : restored.result}`,
    );
    for (const name of ['C', 'D']) {
      expect(told.join('\n')).toContain(
        `the data of ${image(name).layer.digest} was deleted from the registry for good`,
      );
      expect(told.join('\n')).toContain(`which ${image(name).digest} needs`);
      expect(told.join('\n')).not.toContain(`data of ${image(name).config.digest}`);
    }
    expect(counts.failed).toBe(0);
    // All of the API is as it was; the registry lacks what nobody could save.
    const objects = (lines: readonly string[]) => lines.filter((line) => line.startsWith('{'));
    expect(objects(pictureOf(world))).toEqual(objects(before));
    expect(world.registry.data.has(image('D').config.digest)).toBe(true);
  });

  test('brings links back by a mount, from a repository that still has the data', async () => {
    // C leaves shop/api, and stays in shop/keep.
    const { world, before, image } = await ground([
      { name: 'shop/api', tags: { latest: ['E', 'C'] } },
      { name: 'shop/keep', tags: { latest: ['C'] } },
    ]);
    await applyImages(world, await planImages(world, { policy }), { policy });
    expect(world.registry.links.get('shop/api')?.layers.has(image('C').layer.digest)).toBe(false);

    expect((await undoImages(world)).problems).toEqual([]);
    expect(pictureOf(world)).toEqual(before);
    expect(world.registry.calls).toContain(`mountBlob shop/api ${image('C').layer.digest} shop/keep`);
  });

  test('twice is harmless', async () => {
    const { world, before } = await ground();
    const objectsOnly = { ...policy, pruneRegistry: false };
    await applyImages(world, await planImages(world, { policy: objectsOnly }), { policy: objectsOnly });
    await undoImages(world);
    const again = await undoImages(world);

    expect(again.counts).toMatchObject({ restored: 0, failed: 0, impossible: 0 });
    expect(pictureOf(world)).toEqual(before);
  });

  test('leaves what was tagged since in front of what comes back', async () => {
    const { world, image } = await ground();
    const objectsOnly = { ...policy, pruneRegistry: false };
    await applyImages(world, await planImages(world, { policy: objectsOnly }), { policy: objectsOnly });
    world.api.change('ImageStream shop/web', (stream) => {
      const { tags } = stream['status'] as {
        readonly tags: readonly { readonly tag: string; readonly items: object[] }[];
      };
      const item = { created: new Date(NOW_MS).toISOString(), image: image('E').digest };
      return {
        ...stream,
        status: { tags: tags.map((one) => (one.tag === 'latest' ? { ...one, items: [item, ...one.items] } : one)) },
      };
    });

    expect((await undoImages(world)).problems).toEqual([]);
    expect(historyIn(world, 'shop/web')).toEqual(['E', 'A', 'B', 'C', 'D'].map((name) => image(name).digest));
  });

  test('says so where the stream itself is gone', async () => {
    const { world } = await ground();
    await applyImages(world, await planImages(world, { policy }), { policy });
    world.api.objects.delete('ImageStream shop/api');

    const { problems } = await undoImages(world);
    expect(problems.map(({ restored }) => ('why' in restored ? restored.why : ''))).toContain(
      'the image stream shop/api is gone',
    );
  });
});

describe('a run that dies', () => {
  /** Steps at which it can die: before and after each line of the journal, and each change. */
  async function runUntil(at: number | undefined) {
    const death = dieAt(at);
    const living = memoryJournal();
    const { world, before } = await ground(small, mortalJournal(living, death));
    const step = (call: string) => {
      if (/^(updateStreamStatus|deleteImage|deleteManifestLink|deleteLayerLink|deleteBlob)/.test(call))
        death.step(call);
    };
    world.api.onCall = step;
    world.registry.onCall = step;
    const planned = await planImages(world, { policy });
    const ended = await applyImages(world, planned, { policy }).then(
      () => 'ended',
      () => 'died',
    );
    world.api.onCall = () => undefined;
    world.registry.onCall = () => undefined;
    return { world: { ...world, journal: living }, before, death, ended };
  }

  test('at any step leaves all that stays whole, and the next run reaches the same end', async () => {
    const whole = await runUntil(undefined);
    expect(whole.ended).toBe('ended');
    const goal = pictureOf(whole.world);
    expect(goal).not.toEqual(whole.before);

    const wrong: string[] = [];
    for (let at = 1; at <= whole.death.steps; at += 1) {
      const { world, death, ended } = await runUntil(at);
      if (ended !== 'died') wrong.push(`${at}: it did not die`);
      const lost = goal.filter(
        (line) =>
          !line.startsWith('{"apiVersion":"image.openshift.io/v1","kind":"ImageStream"') &&
          !pictureOf(world).includes(line),
      );
      if (lost.length > 0) wrong.push(`${death.at}: lost ${lost.join(', ')}`);

      await applyImages(world, await planImages(world, { policy }, `run-2-${at}`), { policy });
      const end = pictureOf(world);
      const more = end.filter((line) => !goal.includes(line));
      const less = goal.filter((line) => !end.includes(line));
      if (more.length + less.length > 0)
        wrong.push(`${at} ${death.at}: also ${more.join(', ')}; not ${less.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });
});
