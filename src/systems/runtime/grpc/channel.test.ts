import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type GrpcAnswer, startScriptedGrpc } from '../../../../test/support/scripted-grpc.ts';
import { type Channel, openChannel } from './channel.ts';

const proto = `
syntax = "proto3";
package test.v1;
service Things {
  rpc List(Nothing) returns (Reply);
  rpc Watch(Nothing) returns (stream Reply);
}
message Nothing {}
message Reply { repeated string names = 1; }
`;
const service = 'test.v1.Things';
const never = new AbortController().signal;

async function open(answer: GrpcAnswer, timeoutMs = 5_000): Promise<Channel & { readonly socket: string }> {
  const { socket } = await startScriptedGrpc([{ proto, service, answers: { List: answer, Watch: answer } }]);
  const channel = openChannel({ socket, proto, service, timeoutMs });
  atEnd(() => channel.close());
  return { ...channel, socket };
}

const streamed = async (channel: Channel) => {
  for await (const _ of channel.stream('Watch', {}, never));
};

describe('what is not found', () => {
  test('is undefined where one thing is asked for', async () => {
    const channel = await open({ refuse: status.NOT_FOUND });

    expect(await channel.call('List', {}, never)).toBeUndefined();
  });

  test('is a failure where there must be an answer, and says what was asked of whom', async () => {
    const channel = await open({ refuse: status.NOT_FOUND });

    await expect(channel.ask('List', {}, never)).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: `asking ${channel.socket} for Things.List: it is not found`,
      hint: expect.stringContaining('log'),
    });
  });

  test('is a failure of a streamed reply, too', async () => {
    await expect(streamed(await open({ refuse: status.NOT_FOUND }))).rejects.toMatchObject({ code: 'RUNTIME_FAILED' });
  });
});

test('an answer that is empty is empty', async () => {
  const channel = await open({ reply: {} });

  expect(await channel.ask('List', {}, never)).toEqual({ names: [] });
});

test.each([
  ['UNIMPLEMENTED', 'RUNTIME_UNSUPPORTED'],
  ['UNAVAILABLE', 'RUNTIME_UNREACHABLE'],
  ['PERMISSION_DENIED', 'RUNTIME_FORBIDDEN'],
  ['INTERNAL', 'RUNTIME_FAILED'],
] as const)('%s is %s, however it is asked', async (refusal, code) => {
  const channel = await open({ refuse: status[refusal] });

  await expect(channel.call('List', {}, never)).rejects.toMatchObject({ code });
  await expect(channel.ask('List', {}, never)).rejects.toMatchObject({ code });
  await expect(streamed(channel)).rejects.toMatchObject({ code });
});

test('no answer in time is RUNTIME_TIMED_OUT', async () => {
  const channel = await open('hang', 200);

  await expect(channel.ask('List', {}, never)).rejects.toMatchObject({
    code: 'RUNTIME_TIMED_OUT',
    message: `asking ${channel.socket} for Things.List: no answer within 0.2 s`,
  });
  await expect(streamed(channel)).rejects.toMatchObject({ code: 'RUNTIME_TIMED_OUT' });
});

test('a call that is given up ends at once, with the reason', async () => {
  const channel = await open('hang', 60_000);
  const stop = new AbortController();
  const asking = channel.ask('List', {}, stop.signal);
  stop.abort(new Error('enough'));

  await expect(asking).rejects.toThrow('enough');
});
