import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/apply/run-report.ts';
import { integratedRegistryFailure } from '../../src/systems/integrated-registry/failure.ts';
import {
  applyImages,
  fillRegistry,
  type ImagesWorld,
  imagesWorld,
  NOW_MS,
  planImages,
} from '../support/images-world.ts';
import { digestOf, type OcCase, ocCase, policyOf, shortNames } from './cases.ts';
import { toObjects } from './objects.ts';

/*
 * The rows that are about doing: what fails, and what goes on all the same. Rows are those of cases.json; a few of them tell of single
 * calls, and have no world of their own.
 */

async function worldOf(one: OcCase): Promise<ImagesWorld> {
  const world = imagesWorld(toObjects(one, NOW_MS));
  await fillRegistry(world);
  return world;
}

/** Runs a case, failing where it says. */
async function run(one: OcCase) {
  const world = await worldOf(one);
  const nameOf = shortNames(one);
  const { failing = {} } = one;
  world.registry.onCall = (call) => {
    const [verb, ...words] = call.split(' ');
    const name = nameOf(words.at(-1) ?? '');
    const fails =
      (verb === 'deleteBlob' && (failing.blob === '*' || failing.blob === name)) ||
      (verb === 'deleteManifestLink' && failing.manifestLink) ||
      (verb === 'deleteLayerLink' && failing.layerLink);
    if (fails) throw integratedRegistryFailure('INTEGRATED_REGISTRY_FAILED', `${verb} ${name}: it is to fail`);
  };
  const policy = policyOf(one);
  const report = await applyImages(world, await planImages(world, { policy }), { policy });
  const asked = (verb: string) =>
    world.registry.calls
      .filter((call) => call.startsWith(`${verb} `))
      .map((call) => nameOf(call.split(' ').at(-1) ?? ''));
  return { world, report, asked, has: (name: string) => world.api.objects.has(`Image ${digestOf(name)}`) };
}

function failures({ undone }: RunReport): readonly string[] {
  return undone.flatMap(({ outcome }) => (outcome.result === 'failed' ? [outcome.why] : []));
}

describe('where something can not be removed', () => {
  test('OC-32: one blob fails, the others go, and the Image with them', async () => {
    const { report, asked, has } = await run(ocCase('OC-32'));

    expect([...asked('deleteBlob')].sort()).toEqual(['D4', 'layer1', 'layer2']);
    expect(asked('deleteLayerLink').sort()).toEqual(['layer1', 'layer2']);
    expect(asked('deleteManifestLink')).toEqual(['D4']);
    expect(failures(report)).toEqual(['deleteBlob layer1: it is to fail']);
    expect(has('D4')).toBe(false);
  });

  test('OC-33: all data fails, and the Image stays, so that the next run tries again', async () => {
    const { report, world, has } = await run(ocCase('OC-33'));

    expect(has('D4')).toBe(true);
    expect(report.causes).toContainEqual({ result: 'skipped', cause: 'data-left', count: 1 });
    expect(failures(report)).toContain('deleteBlob D4: it is to fail');

    world.registry.onCall = () => undefined;
    const policy = policyOf(ocCase('OC-33'));
    await applyImages(world, await planImages(world, { policy }, 'run-2'), { policy });
    expect(has('D4')).toBe(false);
    expect(world.registry.data.has(digestOf('D4'))).toBe(false);
    expect(world.registry.data.has(digestOf('layer1'))).toBe(false);
  });

  test('OC-34: the manifest link fails, the data and the Image go', async () => {
    const { report, asked, has } = await run(ocCase('OC-34'));

    expect(failures(report)).toEqual(['deleteManifestLink D4: it is to fail']);
    expect(asked('deleteBlob')).toEqual(['D4']);
    expect(has('D4')).toBe(false);
  });

  test('OC-53: every layer link fails, and each is told; the rest goes on', async () => {
    const { report, asked, has } = await run(ocCase('OC-53'));

    expect([...failures(report)].sort()).toEqual(
      ['layer5', 'layer6', 'layer7', 'layer8'].map((name) => `deleteLayerLink ${name}: it is to fail`),
    );
    expect([...asked('deleteBlob')].sort()).toEqual(['D4', 'layer5', 'layer6', 'layer7', 'layer8']);
    expect(has('D4')).toBe(false);
  });
});

describe('single calls', () => {
  test('OC-81: an Image is deleted by one call', async () => {
    const { world } = await run(ocCase('OC-31'));

    expect(world.api.calls.filter((call) => call.startsWith('deleteImage'))).toEqual([`deleteImage ${digestOf('D4')}`]);
  });

  test('OC-82: what the API answers to the deletion of an Image is told', async () => {
    const one = ocCase('OC-31');
    const world = await worldOf(one);
    world.api.onCall = (call) => {
      if (call.startsWith('deleteImage')) throw new Error('admission webhook denied the request');
    };
    const policy = policyOf(one);
    const report = await applyImages(world, await planImages(world, { policy }), { policy });

    expect(failures(report)).toEqual(['admission webhook denied the request']);
  });

  test('OC-83, OC-84: what the registry has not got is gone already, after one request each', async () => {
    const one = ocCase('OC-31');
    const world = await worldOf(one);
    world.registry.data.clear();
    world.registry.links.clear();
    const policy = policyOf(one);
    const report = await applyImages(world, await planImages(world, { policy }), { policy });

    expect(report.tally).toMatchObject({ failed: 0, skipped: 0, done: 2, alreadyGone: 2 });
    expect(world.registry.calls).toHaveLength(2);
  });
});
