import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd } from '../../../../test/support/at-end.ts';
import { startScriptedServer } from '../../../../test/support/scripted-server.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { collectEvidence } from '../../../evidence/evidence.ts';
import type { Runtime } from '../contract.ts';
import { openDockerRuntime } from './docker-runtime.ts';

const never = new AbortController().signal;
const VERSION = { status: 200, body: '{"Version":"20.10.24"}' };
const EMPTY = { status: 200, body: '[]' };
const NOT_FOUND = { status: 404, body: '{"message":"page not found"}' };

interface Answer {
  readonly status: number;
  /** `undefined`: none comes. */
  readonly body: string | undefined;
}

let answers: Record<string, Answer>;
let socket: string;

/** An engine that has nothing, but for what a test says. */
async function open(timeoutMs = 5_000): Promise<Runtime> {
  socket = join(makeTempFolder('docker', '/tmp'), 'docker.sock'); // its path is short
  await startScriptedServer(
    ({ path }, response) => {
      const { status, body } = answers[path.replace('/v1.40', '')] ?? NOT_FOUND;
      if (body !== undefined) response.writeHead(status).end(body);
    },
    { socketPath: socket },
  );
  const runtime = await openDockerRuntime({ socket, timeoutMs }, never);
  atEnd(() => runtime.close());
  return runtime;
}

const IMAGES = '/images/json?digests=1';
const CONTAINERS = '/containers/json?all=1';

beforeEach(() => {
  answers = { '/version': VERSION, [IMAGES]: EMPTY, [CONTAINERS]: EMPTY };
});

const survey = async (runtime: Runtime) => {
  const { sink, evidence } = collectEvidence();
  await runtime.source({ readConfigs: false }).survey(sink, never);
  return evidence;
};

test('an engine that has nothing is surveyed, and has nothing', async () => {
  const runtime = await open();

  expect((await survey(runtime)).resources.size).toBe(0);
  expect(await runtime.containers(never)).toEqual([]);
});

describe.each([
  ['not found', NOT_FOUND, 'RUNTIME_FAILED', 'it is not found'],
  ['an error of the engine', { status: 500, body: '{"message":"no disk"}' }, 'RUNTIME_FAILED', '500 no disk'],
  ['no JSON', { status: 200, body: '<html>' }, 'RUNTIME_UNKNOWN', 'what came back is no JSON, so it is no Docker'],
  ['no list', { status: 200, body: 'null' }, 'RUNTIME_UNKNOWN', 'what came back is no list'],
] as const)('a list that is %s', (_, answer, code, why) => {
  test('of images ends the survey', async () => {
    answers[IMAGES] = answer;
    const runtime = await open();

    const message = `GET ${IMAGES} at ${socket}: ${why}`;
    await expect(survey(runtime)).rejects.toMatchObject({ code, message, hint: expect.any(String) });
  });

  test('of containers ends the survey, and is no empty list for whoever is about to remove an image', async () => {
    answers[CONTAINERS] = answer;
    const runtime = await open();

    const message = `GET ${CONTAINERS} at ${socket}: ${why}`;
    await expect(survey(runtime)).rejects.toMatchObject({ code, message });
    await expect(runtime.containers(never)).rejects.toMatchObject({ code, message });
  });
});

test('a single image that is not found is gone', async () => {
  expect(await (await open()).image('sha256:0', never)).toBeUndefined();
});

test('an engine that does not answer in time is RUNTIME_TIMED_OUT', async () => {
  answers[CONTAINERS] = { status: 200, body: undefined };
  const runtime = await open(300);

  await expect(runtime.containers(never)).rejects.toMatchObject({ code: 'RUNTIME_TIMED_OUT' });
});
