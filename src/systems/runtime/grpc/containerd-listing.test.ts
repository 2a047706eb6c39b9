import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type GrpcAnswer, startScriptedGrpc } from '../../../../test/support/scripted-grpc.ts';
import {
  allContent,
  allSnapshots,
  containerRecords,
  imageRecords,
  leaseRecords,
  leaseResources,
  namespaces,
  snapshotBytes,
  snapshotters,
} from './containerd-listing.ts';
import { containerdProtos } from './containerd-proto.ts';
import { type ContainerdServices, openContainerdServices } from './containerd-services.ts';

const never = new AbortController().signal;
let services: ContainerdServices;
let answer: GrpcAnswer;

beforeEach(async () => {
  const names = { content: 'Content', images: 'Images', leases: 'Leases', snapshots: 'Snapshots' } as const;
  const more = { containers: 'Containers', namespaces: 'Namespaces', introspection: 'Introspection' } as const;
  const { socket } = await startScriptedGrpc(
    Object.entries({ ...names, ...more }).map(([name, service]) => ({
      proto: containerdProtos[name as keyof typeof containerdProtos],
      service: `containerd.services.${name}.v1.${service}`,
      answers: Object.fromEntries(
        ['List', 'Plugins', 'ListResources', 'Usage'].map((method) => [method, () => answer]),
      ),
    })),
  );
  services = openContainerdServices(socket, 'k8s.io', 5_000);
  atEnd(() => services.close());
});

const all = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

const lists = {
  images: () => imageRecords(services, never),
  leases: () => leaseRecords(services, never),
  containers: () => containerRecords(services, never),
  snapshotters: () => snapshotters(services, never),
  namespaces: () => namespaces(services, never),
  content: () => all(allContent(services, never)),
  snapshots: () => all(allSnapshots(services, 'overlayfs', never)),
} as const;

describe.each(Object.entries(lists))('containerd’s list of %s', (_, list) => {
  test.each([
    ['NOT_FOUND', 'RUNTIME_FAILED'],
    ['UNIMPLEMENTED', 'RUNTIME_UNSUPPORTED'],
  ] as const)('that is refused with %s is no empty list: it fails with %s', async (refusal, code) => {
    answer = { refuse: status[refusal] };

    await expect(list()).rejects.toMatchObject({ code, message: expect.stringContaining('asking /tmp/') });
  });

  test('that is empty is empty', async () => {
    answer = { reply: {} };

    expect(await list()).toEqual([]);
  });
});

test('a lease or a snapshot that went while it was looked at has nothing: that is no failure', async () => {
  answer = { refuse: status.NOT_FOUND };

  expect(await leaseResources(services, 'gone', never)).toEqual([]);
  expect(await snapshotBytes(services, 'overlayfs', 'gone', never)).toBeUndefined();
});
