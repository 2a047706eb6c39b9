import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../../../test/support/kube-api-server/faults.ts';
import { type KubeApiServer, startKubeApiServer } from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { acquireSoon, leaseContract } from '../contract.suite.ts';
import { type KubernetesLeaseOptions, kubernetesLeases } from './kubernetes-leases.ts';
import { leaseObjectName } from './lease-object.ts';
import { createSightings } from './sightings.ts';

/** A Lease counts whole seconds. */
const TTL_MS = 1000;
const never = new AbortController().signal;
let server: KubeApiServer;
let grounds = 0;

beforeAll(async () => {
  server = await startKubeApiServer();
});

/** A namespace of its own: no leases in it. */
function ground() {
  grounds += 1;
  const namespace = `ground-${grounds}`;
  server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const keeper = (more: Partial<KubernetesLeaseOptions> = {}) =>
    kubernetesLeases({ namespace, kubeconfig: server.kubeconfig, ttlMs: TTL_MS, ...more });
  const find = (scope: string) => server.find('Lease', namespace, leaseObjectName(scope));
  return { namespace, keeper, find };
}

leaseContract('a cluster', async () => {
  const { namespace, keeper } = ground();
  const keepers = await Promise.all(Array.from({ length: 10 }, () => keeper()));
  return {
    ttlMs: TTL_MS,
    keeper: () => keepers.pop() ?? expect.fail('there are no more keepers'),
    breakLease: async (scope) => server.remove('Lease', namespace, leaseObjectName(scope)),
  };
});

/** Somebody who holds `a` and gives no sign of life. */
function plant(namespace: string, renewedAtMs: number) {
  const time = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');
  server.put({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: leaseObjectName('a'), namespace, annotations: { 'winnow.dev/holder': 'the other' } },
    spec: {
      ...{ holderIdentity: 'other', leaseDurationSeconds: 1, leaseTransitions: 4 },
      ...{ acquireTime: time(1_700_000_000_000), renewTime: time(renewedAtMs) },
    },
  });
}

describe('a holder that died', () => {
  test('holds while its last sign of life is fresh, and is succeeded after it was watched', async () => {
    const { namespace, keeper, find } = ground();
    plant(namespace, Date.now());
    const leases = await keeper();

    await expect(leases.acquire('a', 'us', never)).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('it is held by the other since 2023-11-14T22:13:20.000Z'),
    });
    const lease = await acquireSoon(leases, 'a');

    expect(find('a')).toMatchObject({ spec: { leaseTransitions: 5 } });
    await lease.release();
  });

  test.each([
    ['an hour ago', -3_600_000],
    ['in an hour', 3_600_000],
  ])('is watched by our own clock, also when it says that it was alive %s', async (_, awayMs) => {
    const { namespace, keeper } = ground();
    plant(namespace, Date.now() + awayMs);
    const startMs = performance.now();

    const lease = await (await keeper()).acquire('a', 'us', never);

    expect(performance.now() - startMs).toBeGreaterThan(1000);
    await lease.release();
  });
});

test('a holder whose clock is wrong by an hour keeps its lease', async () => {
  const { keeper } = ground();
  const lease = await (await keeper({ nowMs: () => Date.now() - 3_600_000 })).acquire('a', 'run 1', never);

  const other = await keeper();
  await expect(other.acquire('a', 'run 2', never)).rejects.toMatchObject({ code: 'LEASE_HELD' });

  expect(lease.lost.aborted).toBe(false);
  await lease.release();
});

test('is renewed and given back whatever its time is divided by', async () => {
  const { keeper, find } = ground();
  const lease = await (await keeper({ ttlMs: 10_000 })).acquire('a', 'run 1', never);
  const before = find('a')?.metadata?.resourceVersion;

  await expect.poll(() => find('a')?.metadata?.resourceVersion, { timeout: 8000 }).not.toBe(before);
  await lease.release();

  expect(lease.lost.aborted).toBe(false);
  expect(find('a')).not.toHaveProperty('spec.holderIdentity');
});

test('a renewal whose answer got lost is no loss', async () => {
  const { keeper, find } = ground();
  const lease = await (await keeper()).acquire('a', 'run 1', never);
  const before = find('a')?.metadata?.resourceVersion;
  const fault: Fault = { on: /^PUT/, times: 1, cutAfterBytes: 10 };
  server.faults.push(fault);

  await sleep(TTL_MS * 2);
  server.faults.length = 0;

  expect(fault.times).toBe(0);
  expect(lease.lost.aborted).toBe(false);
  expect(find('a')?.metadata?.resourceVersion).not.toBe(before);
  await lease.release();
});

test('who annotates a Lease does not take it away', async () => {
  const { keeper, find, namespace } = ground();
  const lease = await (await keeper()).acquire('a', 'run 1', never);
  const object = find('a') ?? expect.fail('there is no Lease');
  server.put({ ...object, metadata: { ...object.metadata, namespace, labels: { team: 'x' } } });

  await sleep(TTL_MS * 1.5);

  expect(lease.lost.aborted).toBe(false);
  await lease.release();
  expect(find('a')).not.toHaveProperty('spec.holderIdentity');
});

test('asks for get, create and update alone, and says so where they are missing', async () => {
  const { keeper } = ground();
  const rules = (verbs: string[]) => [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs }];
  const enough = server.kubeconfigFor(server.addUser('enough', rules(['get', 'create', 'update'])));
  const little = server.kubeconfigFor(server.addUser('little', rules(['get'])));

  await (await (await keeper({ kubeconfig: enough })).acquire('a', 'us', never)).release();
  await expect((await keeper({ kubeconfig: little })).acquire('b', 'us', never)).rejects.toMatchObject({
    code: 'LEASE_UNAVAILABLE',
    hint: 'Allow get, create and update on leases.coordination.k8s.io in that namespace.',
  });
});

test('a kubeconfig that is none is told when leases are opened', async () => {
  await expect(kubernetesLeases({ kubeconfig: '/nowhere/kubeconfig' })).rejects.toMatchObject({
    code: 'LEASE_UNAVAILABLE',
  });
});

test('a sighting begins anew with each change', () => {
  let nowMs = 0;
  const sightings = createSightings(() => nowMs);
  expect(sightings.unchangedForMs('a', '1')).toBe(0);
  nowMs = 500;
  expect(sightings.unchangedForMs('a', '1')).toBe(500);
  expect(sightings.unchangedForMs('a', '2')).toBe(0);
  nowMs = 700;
  expect(sightings.unchangedForMs('a', '2')).toBe(200);
  sightings.forget('a');
  expect(sightings.unchangedForMs('a', '2')).toBe(0);
});
