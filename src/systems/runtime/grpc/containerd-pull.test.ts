import { status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { beforeEach, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type GrpcAnswer, startScriptedGrpc } from '../../../../test/support/scripted-grpc.ts';
import { containerdProtos } from './containerd-proto.ts';
import { pullInto } from './containerd-pull.ts';
import { type ContainerdServices, openContainerdServices } from './containerd-services.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const never = new AbortController().signal;

interface Transfer {
  readonly source: { readonly type_url: string; readonly value: Uint8Array };
  readonly destination: { readonly type_url: string; readonly value: Uint8Array };
}

let answer: GrpcAnswer;
let asked: Transfer | undefined;
let services: ContainerdServices;

beforeEach(async () => {
  asked = undefined;
  const service = 'containerd.services.transfer.v1.Transfer';
  const Transfer = (request: Transfer) => {
    asked = request;
    return answer;
  };
  const { socket } = await startScriptedGrpc([{ proto: containerdProtos.transfer, service, answers: { Transfer } }]);
  services = openContainerdServices(socket, 'default', 5_000);
  atEnd(() => services.close());
});

const pull = () => pullInto(services, `r.example/app@${DIGEST}`, 'r.example/app:1', never);

/** The strings of a message, by number of their field. */
function stringsOf(bytes: Uint8Array): Readonly<Record<number, string>> {
  const reader = protobuf.Reader.create(bytes);
  const found: Record<number, string> = {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    found[tag >>> 3] = reader.string();
  }
  return found;
}

test('containerd is asked for the digest, and for the name that the image had', async () => {
  answer = { reply: {} };

  await pull();

  expect(asked?.source.type_url).toBe('containerd.types.transfer.OCIRegistry');
  expect(stringsOf(asked?.source.value ?? new Uint8Array())[1]).toBe(`r.example/app@${DIGEST}`);
  expect(asked?.destination.type_url).toBe('containerd.types.transfer.ImageStore');
  expect(stringsOf(asked?.destination.value ?? new Uint8Array())[1]).toBe('r.example/app:1');
});

test.each([
  ['NOT_FOUND', 'RUNTIME_FAILED', 'its registry has no such image'],
  ['UNIMPLEMENTED', 'RUNTIME_UNSUPPORTED', 'containerd before 1.7 can not do that by itself'],
  ['PERMISSION_DENIED', 'RUNTIME_FORBIDDEN', 'as the test wants it'],
] as const)('%s is %s: %s', async (refusal, code, why) => {
  answer = { refuse: status[refusal] };

  await expect(pull()).rejects.toMatchObject({ code, message: expect.stringContaining(why) });
});
