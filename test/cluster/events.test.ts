import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventSinkContract, exampleEvent } from '../../src/systems/events/contract.suite.ts';
import { kubernetesEvents } from '../../src/systems/events/kubernetes/kubernetes-events.ts';
import { ownKubeconfig } from './own-cluster.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const signal = () => AbortSignal.timeout(20_000);
const pod = { name: 'winnow-0', uid: 'u-1' };
const shops: Workshop[] = [];
let kubeconfig: string;

beforeAll(() => {
  kubeconfig = ownKubeconfig();
});
afterAll(async () => {
  for (const shop of shops) await shop.close();
});

interface Seen {
  readonly metadata: { readonly resourceVersion: string; readonly annotations: Readonly<Record<string, string>> };
}

/** A namespace without events, and an account that may make some. */
async function ground() {
  const shop = await openWorkshop(kubeconfig);
  shops.push(shop);
  const rules = [{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] }];
  const sink = kubernetesEvents({ kubeconfig: await shop.accountWith('teller', [], rules), pod });
  const seen = async (): Promise<readonly Seen[]> => {
    const { items } = await shop.api.get(shop.at('/api/v1/namespaces/NS/events'), signal());
    return items as readonly Seen[];
  };
  return { sink, seen };
}

eventSinkContract('a real cluster', async () => {
  const { sink, seen } = await ground();
  let sent = 0;
  return {
    // each has an id of its own, as events of different runs have
    sink: {
      ...sink,
      send: (event, stop) => {
        sent += 1;
        return sink.send({ ...event, id: `${event.id}/${sent}` }, stop);
      },
    },
    arrived: async () =>
      (await seen())
        .map(({ metadata }) => metadata)
        .sort((a, b) => Number(a.resourceVersion) - Number(b.resourceVersion))
        .map(({ annotations }) => JSON.parse(annotations['winnow.dev/event'] ?? 'null')),
  };
});

test('kubectl sees an event once, about the pod, in one sentence', async () => {
  const { sink, seen } = await ground();
  const event = exampleEvent({ level: 'warn', text: 'a plan waits for an approval' });

  await sink.send(event, signal());
  await sink.send(event, signal());

  expect(await seen()).toMatchObject([
    {
      ...{ type: 'Warning', reason: 'RegistryReconcileSummary', message: 'a plan waits for an approval' },
      ...{ involvedObject: { kind: 'Pod', ...pod }, reportingComponent: 'winnow.dev/winnow' },
    },
  ]);
  await sink.close();
});
