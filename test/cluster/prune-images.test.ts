import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { defineKind } from './custom-kinds.ts';
import { ownKubeconfig, winnowImage } from './own-cluster.ts';
import { documentedRules, openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(60_000);
const IMAGES = 'image.openshift.io';
const OPERATOR = 'imageregistry.operator.openshift.io';

/**
 * OpenShift's kinds on a cluster that is none: as far as the API server goes. Images can not be made there, since names of custom resources
 * have no colon; streams, their histories and rights are as they are.
 */
describe.skipIf(winnowImage === '')('winnow prune images, with the documented rights', () => {
  let shop: Workshop;
  let kubeconfig: string;
  const streams = () => shop.at(`/apis/${IMAGES}/v1/namespaces/NS/imagestreams`);

  beforeAll(async () => {
    shop = await openWorkshop(ownKubeconfig());
    const stream = {
      group: IMAGES,
      kind: 'ImageStream',
      resource: 'imagestreams',
      isNamespaced: true,
      hasStatus: true,
    };
    await defineKind(shop, stream);
    await defineKind(shop, { group: IMAGES, kind: 'Image', resource: 'images', isNamespaced: false });
    await defineKind(shop, { group: OPERATOR, kind: 'ImagePruner', resource: 'imagepruners', isNamespaced: false });
    const pruner = { keepTagRevisions: 3, keepYoungerThanDuration: '60m', ignoreInvalidImageReferences: true };
    await shop.api.post(
      `/apis/${OPERATOR}/v1/imagepruners`,
      { apiVersion: `${OPERATOR}/v1`, kind: 'ImagePruner', metadata: { name: 'cluster' }, spec: pruner },
      signal(),
    );
    const body = { apiVersion: `${IMAGES}/v1`, kind: 'ImageStream', metadata: { name: 'web' } };
    const made = await shop.api.post(streams(), body, signal());
    await shop.api.put(`${streams()}/web/status`, { ...made, status: statusOf([5, 4, 3, 2, 1]) }, signal());
    const rules = [...documentedRules('prune.yaml'), ...documentedRules('prune-images.yaml')];
    kubeconfig = await shop.accountWith('pruner', rules);
  });

  afterAll(() => shop?.close());

  /** A history of items, the newest first, which came a day apart. */
  function statusOf(days: readonly number[]) {
    const items = days.map((day) => {
      const image = `sha256:${String(day).repeat(64)}`;
      const created = `2026-01-0${day}T00:00:00Z`;
      return { created, generation: day, image, dockerImageReference: `registry.invalid/shop/web@${image}` };
    });
    return { dockerImageRepository: 'registry.invalid/shop/web', tags: [{ tag: 'latest', items }] };
  }

  async function revisions(): Promise<readonly number[]> {
    const { status } = (await shop.api.get(`${streams()}/web`, signal())) as {
      readonly status: ReturnType<typeof statusOf>;
    };
    return (status.tags?.[0]?.items ?? []).map(({ generation }) => generation);
  }

  const prune = (...more: readonly string[]) => {
    const cluster = ['--cluster', `openshift:${kubeconfig}`, '--image-pruner', 'cluster', '--prune-registry=false'];
    return runCli(['prune', 'images', ...cluster, '--min-age', '0s', '--max-share', '1', ...more]);
  };

  test('goes by the cluster’s ImagePruner: a stream that is younger than it says stays as it is', async () => {
    const { code, stderr } = await prune('--confirm');

    expect(code, stderr).toBe(0);
    expect(await revisions()).toEqual([5, 4, 3, 2, 1]);
  });

  test('takes what has no Image any more from the histories, and leaves the stream', async () => {
    const planned = await prune('--keep-younger-than', '0s');
    const before = await revisions();
    const { code, stderr } = await prune('--keep-younger-than', '0s', '--confirm');

    expect([planned.code, code], `${planned.stderr}${stderr}`).toEqual([0, 0]);
    expect([before, await revisions()]).toEqual([[5, 4, 3, 2, 1], []]);
  });
});
