import { expect, vi } from 'vitest';
import { busyboxLayer, paddingLayer, pushRunnable, type RunnableOptions } from '../support/runnable-image.ts';
import type { Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(30_000);

/** What waits for a scheduler, a kubelet or a controller. */
export const SOON = { timeout: 110_000, interval: 500 };

/** Pushes an image that sleeps, or does what it is told, into a repository of this workshop. @returns its name for pods */
export async function pushed(
  shop: Workshop,
  registry: string,
  name: string,
  more: Partial<RunnableOptions> = {},
): Promise<{ readonly named: string; readonly byDigest: string }> {
  const repository = `${shop.namespace}/${name}`;
  const layers = [busyboxLayer(), paddingLayer(`${name} ${more.tag}`, 100_000)];
  const { digest } = await pushRunnable(`http://${registry}`, repository, { tag: '1', layers, ...more });
  return { named: `${registry}/${repository}:${more.tag ?? '1'}`, byDigest: `${registry}/${repository}@${digest}` };
}

/** Has a pod made, and waits until its container is as is said: `running`, or what it waits for. */
export async function runPod(shop: Workshop, name: string, spec: object, until: RegExp = /^running$/): Promise<void> {
  const pods = shop.at('/api/v1/namespaces/NS/pods');
  const body = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } } },
    spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 0, ...spec },
  };
  await shop.api.post(pods, body, signal());
  await vi.waitFor(async () => expect(stateIn(await shop.api.get(`${pods}/${name}`, signal()))).toMatch(until), SOON);
}

/** Removes a pod, and waits until it is gone. */
export async function endPod(shop: Workshop, name: string): Promise<void> {
  const path = shop.at(`/api/v1/namespaces/NS/pods/${name}`);
  await shop.api.delete(path, {}, signal());
  const isThere = () =>
    shop.api.get(path, signal()).then(
      () => true,
      () => false,
    );
  await vi.waitFor(async () => expect(await isThere()).toBe(false), SOON);
}

/** Whether an image is on the node: a pod that may not pull it tells. */
export async function isOnNode(shop: Workshop, image: string): Promise<boolean> {
  const name = `look-${Math.random().toString(36).slice(2, 8)}`;
  const containers = [{ name: 'app', image, imagePullPolicy: 'Never' }];
  await runPod(shop, name, { containers }, /^(running|ErrImageNeverPull)$/);
  const isThere = stateIn(await shop.api.get(shop.at(`/api/v1/namespaces/NS/pods/${name}`), signal())) === 'running';
  await endPod(shop, name);
  return isThere;
}

function stateIn({ status }: Readonly<Record<string, unknown>>): string {
  const { phase, containerStatuses: [first] = [] } = status as {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly state: Readonly<Record<string, { readonly reason?: string }>> }[];
  };
  const [[state, { reason = state } = {}] = [phase]] = Object.entries(first?.state ?? {});
  return state === 'running' ? 'running' : (reason ?? phase);
}
