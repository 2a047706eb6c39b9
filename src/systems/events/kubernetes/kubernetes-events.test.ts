import { beforeAll, expect, test } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../../../../test/support/kube-api-server/kube-api-server.ts';
import { eventSinkContract, exampleEvent } from '../contract.suite.ts';
import { kubernetesEvents } from './kubernetes-events.ts';

const never = new AbortController().signal;
let server: KubeApiServer;
let grounds = 0;

beforeAll(async () => {
  server = await startKubeApiServer();
});

/** A namespace of its own, without events. */
function ground(kubeconfig = server.kubeconfig) {
  grounds += 1;
  const namespace = `events-${grounds}`;
  server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const sink = kubernetesEvents({ namespace, kubeconfig, pod: { name: 'winnow-0', uid: 'u-1' } });
  const there = () =>
    server
      .all('Event')
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .sort((a, b) => Number(a.metadata?.resourceVersion) - Number(b.metadata?.resourceVersion));
  return { sink, there };
}

eventSinkContract('a cluster', async () => {
  const { sink, there } = ground();
  const [base, sent] = [sink.send, { count: 0 }];
  return {
    // each has an id of its own, as events of different runs have
    sink: {
      ...sink,
      send: (event, signal) => {
        sent.count += 1;
        return base({ ...event, id: `${event.id}/${sent.count}` }, signal);
      },
    },
    arrived: async () =>
      there().map(({ metadata }) => JSON.parse(metadata?.annotations?.['winnow.dev/event'] ?? 'null')),
  };
});

test('an event is about its pod, and says in a word and in a sentence what is the matter', async () => {
  const { sink, there } = ground();

  await sink.send(exampleEvent({ type: 'service.waiting', level: 'warn', text: 'The plan waits.' }), never);

  expect(there()).toMatchObject([
    {
      ...{ reason: 'ServiceWaiting', note: 'The plan waits.', type: 'Warning', action: 'Tell' },
      ...{ reportingInstance: 'winnow-0', eventTime: '2026-08-01T12:01:30.123000Z' },
      regarding: { kind: 'Pod', name: 'winnow-0', uid: 'u-1' },
    },
  ]);
  await sink.close();
});

test('what is sent twice is there once', async () => {
  const { sink, there } = ground();

  await sink.send(exampleEvent(), never);
  await sink.send(exampleEvent(), never);

  expect(there()).toHaveLength(1);
  await sink.close();
});

test('a long sentence is cut where the API cuts', async () => {
  const { sink, there } = ground();

  await sink.send(exampleEvent({ text: 'ä'.repeat(2000) }), never);

  const { note } = there()[0] as { readonly note?: string };
  expect(Buffer.byteLength(note ?? '')).toBeLessThanOrEqual(1024);
  expect(note).toMatch(/^ä{500,}…$/);
  await sink.close();
});

test('who may not is told what is missing', async () => {
  const { sink } = ground(server.kubeconfigFor(server.addUser('nobody', [])));

  await expect(sink.send(exampleEvent(), never)).rejects.toMatchObject({
    code: 'EVENTS_REFUSED',
    hint: 'Allow create on events.events.k8s.io in that namespace.',
  });
});

test('a kubeconfig that is none is a setting that is wrong', async () => {
  const sink = kubernetesEvents({ kubeconfig: '/nowhere' });

  await expect(sink.send(exampleEvent(), never)).rejects.toMatchObject({ code: 'EVENTS_SETTINGS_INVALID' });
});
