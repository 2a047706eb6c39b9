import { afterAll, expect, test } from 'vitest';
import { acquireSoon, leaseContract } from '../../src/systems/lease/contract.suite.ts';
import { kubernetesLeases } from '../../src/systems/lease/kubernetes/kubernetes-leases.ts';
import { leaseObjectName } from '../../src/systems/lease/kubernetes/lease-object.ts';
import { startLeaseChild } from '../support/lease-child.ts';
import { ownKubeconfig } from './own-cluster.ts';
import { documentedRules, openWorkshop, type Workshop } from './workshop.ts';

const never = new AbortController().signal;
/** A real API server is no memory: a renewal takes its time. */
const TTL_MS = 2000;
const shops: Workshop[] = [];

afterAll(async () => {
  for (const shop of shops) await shop.close();
});

/** A namespace without leases, and an account that may do there what the documents say. */
async function ground() {
  const shop = await openWorkshop(ownKubeconfig());
  shops.push(shop);
  const kubeconfig = await shop.accountWith('holder', [], documentedRules('node-gc-fleet.yaml', 'Role'));
  const path = shop.at(`/apis/coordination.k8s.io/v1/namespaces/NS/leases/${leaseObjectName('a')}`);
  return { shop, kubeconfig, path, keeper: () => kubernetesLeases({ kubeconfig, ttlMs: TTL_MS }) };
}

leaseContract('a real cluster', async () => {
  const { shop, path, keeper } = await ground();
  const keepers = await Promise.all(Array.from({ length: 10 }, () => keeper()));
  return {
    ttlMs: TTL_MS,
    keeper: () => keepers.pop() ?? expect.fail('there are no more keepers'),
    breakLease: async () => void (await shop.api.delete(path, {}, never)),
  };
});

test('the lease of a process that was killed is free when its time is over, and not before', async () => {
  const { shop, kubeconfig, path, keeper } = await ground();
  const child = await startLeaseChild('kubernetes', kubeconfig, TTL_MS);
  expect(await child.ask('acquire')).toBe('held');
  await child.kill();
  const leases = await keeper();

  await expect(leases.acquire('a', 'us', never)).rejects.toMatchObject({
    code: 'LEASE_HELD',
    message: expect.stringMatching(/held by the child \(process \d+\) since 20/),
  });
  const lease = await acquireSoon(leases, 'a');

  expect(await shop.api.get(path, never)).toMatchObject({ spec: { leaseTransitions: 1 } });
  await lease.release();
});
