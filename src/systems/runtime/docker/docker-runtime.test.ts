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

test('an engine that does not serve old versions of its API is asked by the oldest that it serves', async () => {
  answers = { '/version': { status: 200, body: '{"Version":"29.0.1","MinAPIVersion":"1.44"}' }, '/v1.44/info': EMPTY };
  answers[`/v1.44${CONTAINERS}`] = { status: 200, body: '[]' };

  expect(await (await open()).containers(never)).toEqual([]);
});

describe('an engine whose images containerd has', () => {
  const image = (id: string, layers: readonly string[], Size: number) => ({
    ...{ Id: id, Created: '2026-01-01T00:00:00Z', Config: null, Size, RootFS: { Layers: layers } },
    ...{
      RepoTags: [`r.example/${id}:1`, `r.example/${id}@sha256:${id}`],
      RepoDigests: [`r.example/${id}@sha256:${id}`],
    },
  });
  const given = (id: string, layers: readonly string[], sizes: readonly number[], packed: number) => {
    const unpacked = sizes.reduce((sum, one) => sum + one, 0);
    answers[`/images/${id}/json`] = { status: 200, body: JSON.stringify(image(id, layers, packed)) };
    const history = sizes.map((Size) => ({ Size })).reverse();
    answers[`/images/${id}/history`] = { status: 200, body: JSON.stringify(history) };
    return { ...image(id, layers, packed), Size: packed + unpacked };
  };

  test('counts layers that images share once, packed and unpacked, and does not say that this is exact', async () => {
    const list = [given('a', ['base', 'a'], [1000, 500], 750), given('b', ['base', 'b'], [1000, 3000], 2000)];
    answers[IMAGES] = { status: 200, body: JSON.stringify(list) };
    const runtime = await open();
    const { resources, sizeBytes } = await survey(runtime);

    const layers = [...Array(resources.size).keys()].filter((id) => resources.kind(id) === 'snapshot');
    expect(layers.map((id) => [resources.key(id), sizeBytes(id)])).toEqual([
      ...[
        ['base', 1500],
        ['base a', 750],
        ['base b', 4500],
      ],
    ]);
    expect((await runtime.describe(never)).exactBytes).toBe(false);
  });

  test('has digests among its tags: they are none', async () => {
    given('a', ['base'], [1000], 500);

    expect(await (await open()).image('a', never)).toMatchObject({
      tags: ['r.example/a:1'],
      digests: ['r.example/a@sha256:a'],
    });
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
