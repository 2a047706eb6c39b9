import { status } from '@grpc/grpc-js';
import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { type ScriptedService, startScriptedGrpc } from '../../../../test/support/scripted-grpc.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Runtime } from '../contract.ts';
import { criProto } from '../grpc/cri-proto.ts';
import { openCriRuntime } from './cri-runtime.ts';

const never = new AbortController().signal;

let answers: ScriptedService['answers'];
let runtime: Runtime;

/** A CRI-O that has nothing, but for what a test says. */
beforeEach(async () => {
  answers = {
    Version: { reply: { runtime_name: 'cri-o', runtime_version: '1.30.0' } },
    ...Object.fromEntries(['ListContainers', 'ListPodSandbox', 'ListImages'].map((method) => [method, { reply: {} }])),
    ...{ Status: { reply: {} }, ImageStatus: { reply: {} }, RemoveImage: { reply: {} } },
  };
  const services = ['RuntimeService', 'ImageService'].map((name) => `runtime.v1.${name}`);
  const { socket } = await startScriptedGrpc(services.map((service) => ({ proto: criProto, service, answers })));
  runtime = await openCriRuntime({ socket, timeoutMs: 5_000, nowMs: () => 0 }, never);
  atEnd(() => runtime.close());
});

const survey = async () => {
  const { sink, evidence } = collectEvidence();
  await runtime.source({ readConfigs: false }).survey(sink, never);
  return evidence;
};

test('a runtime that has nothing is surveyed, and has nothing', async () => {
  expect((await survey()).resources.size).toBe(0);
  expect(await runtime.containers(never)).toEqual([]);
  expect(await runtime.sandboxes(never)).toEqual([]);
});

describe('right after a removal', () => {
  const image = { id: 'sha256:1', repo_digests: ['r.example/a@sha256:1'], repo_tags: ['r.example/a:1'] };
  const pulled: string[] = [];

  beforeEach(() => {
    pulled.length = 0;
    answers['ImageStatus'] = { reply: { image } };
    answers['ListContainers'] = { reply: { containers: [{ id: 'c', image: { image: 'r.example/other:1' } }] } };
    answers['PullImage'] = (request: { readonly image: { readonly image: string } }) => {
      pulled.push(request.image.image);
      return { reply: { image_ref: image.id } };
    };
  });

  test.each(['sha256:1', 'r.example/a:1', 'r.example/a@sha256:1'])(
    'an image that a container has just mounted as a volume is put back (%s)',
    async (volume) => {
      answers['ContainerStatus'] = { reply: { status: { mounts: [{}, { image: { image: volume } }] } } };

      expect(await runtime.removeImage(image.id, never)).toBe('in-use');
      expect(pulled).toEqual(['r.example/a@sha256:1', 'r.example/a:1']);
    },
  );

  test('one that no container has is left at that', async () => {
    answers['ContainerStatus'] = { reply: { status: { mounts: [{ image: { image: 'r.example/b:1' } }] } } };

    expect(await runtime.removeImage(image.id, never)).toBe('removed');
    expect(pulled).toEqual([]);
  });
});

describe.each([
  ['NOT_FOUND', 'RUNTIME_FAILED'],
  ['UNIMPLEMENTED', 'RUNTIME_UNSUPPORTED'],
] as const)('a list that is refused with %s', (refusal, code) => {
  test.each(['ListContainers', 'ListPodSandbox', 'ListImages'])('ends the survey where it is %s', async (method) => {
    answers[method] = { refuse: status[refusal] };

    await expect(survey()).rejects.toMatchObject({ code, message: expect.stringContaining(`.${method}: `) });
  });

  test('is no empty list for whoever is about to remove something', async () => {
    answers['ListPodSandbox'] = { refuse: status[refusal] };
    await expect(runtime.sandboxes(never)).rejects.toMatchObject({ code });

    for (const method of ['ListImages', 'ListContainers']) {
      answers[method] = { refuse: status[refusal] };
      await expect(runtime.containers(never)).rejects.toMatchObject({ code });
    }
  });

  test('right after a removal is not taken for nobody using the image', async () => {
    answers['ImageStatus'] = { reply: { image: { id: 'sha256:1', repo_digests: ['r.example/a@sha256:1'] } } };
    answers['ListContainers'] = { refuse: status[refusal] };

    await expect(runtime.removeImage('sha256:1', never)).rejects.toMatchObject({ code });
  });
});
