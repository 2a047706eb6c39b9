import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type FakeKubeApi, startFakeKubeApi } from '../../test/support/fake-kube-api.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { fileNote, openReadOnlySwitch } from '../systems/read-only-switch/index.ts';
import { inReadOnlyMode, restoreReadWrite } from './in-read-only-mode.ts';

const { signal } = new AbortController();
const VARIABLE = 'REGISTRY_STORAGE_MAINTENANCE_READONLY';
const ON = { name: VARIABLE, value: '{"enabled":true}' };

let cluster: FakeKubeApi;
let path: string;

beforeEach(async () => {
  cluster = await startFakeKubeApi();
  path = join(makeTempFolder('note'), '.winnow', 'read-only.json');
});

const input = async (named = 'deployment:apps/registry/registry') => ({
  readOnly: await openReadOnlySwitch(named, { kubeconfig: cluster.kubeconfig }, { pollMs: 1, timeoutMs: 50 }),
  note: fileNote(path),
});
const during = async <T>(work: () => Promise<T>, named?: string) => inReadOnlyMode(await input(named), work, signal);
const restore = async () => restoreReadWrite(await input(), createMemoryStore(), 'test', signal);
const own = () => cluster.env.filter(({ name }) => name === VARIABLE);

describe('a registry that is a Deployment', () => {
  test('is switched while something is done, in the form that works, and then put back', async () => {
    const seen = await during(async () => ({ env: own(), note: existsSync(path) }));

    expect(seen).toEqual({ env: [ON], note: true });
    expect(cluster.env).toEqual([{ name: 'OTHER', value: 'stays' }]);
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ['a value', { name: VARIABLE, value: '{"enabled":false}' }],
    ['a reference', { name: VARIABLE, valueFrom: { configMapKeyRef: { name: 'settings', key: 'read-only' } } }],
  ])('gets back %s that it had', async (_, before) => {
    cluster.env.push(before);
    const seen = await during(async () => own());

    expect(seen).toEqual([ON]);
    expect(own()).toEqual([before]);
  });

  test('is waited for until no old pod is left that still answers', async () => {
    await during(async () => {
      const looks = cluster.asked.slice(cluster.asked.findIndex((one) => one.startsWith('PATCH')));
      expect(looks.filter((one) => one.startsWith('GET deployments')).length).toBeGreaterThanOrEqual(3);
      expect(looks.filter((one) => one.startsWith('GET pods')).length).toBeGreaterThanOrEqual(2);
      expect(looks.at(-1)).toBe('GET pods?labelSelector=app%3Dregistry');
    });
  });

  test('is put back when what was to be done fails, and that failure is told', async () => {
    const failing = during(async () => {
      throw new Error('the work failed');
    });

    await expect(failing).rejects.toThrow('the work failed');
    expect([own(), existsSync(path)]).toEqual([[], false]);
  });

  test('is put back when it does not come up, and nothing is done', async () => {
    cluster.stuck = true;
    let isDone = false;
    const switching = during(async () => {
      isDone = true;
    });

    // It is stuck on its way back as well.
    await expect(switching).rejects.toMatchObject({
      code: 'READ_ONLY_NOT_PUT_BACK',
      message: expect.stringContaining('its progress deadline was exceeded'),
      hint: expect.stringContaining('--restore-read-write'),
    });
    expect([isDone, own(), existsSync(path)]).toEqual([false, [], true]);
    cluster.stuck = false;
    expect(await restore()).toBe('restored');
    expect(existsSync(path)).toBe(false);
  });

  test('that a run which died has left switched is put back to how it was before that run', async () => {
    const { readOnly, note } = await input();
    const remembered = await readOnly.remember(signal);
    await note.write({ name: readOnly.name, remembered });
    await readOnly.switchOn(remembered, signal);
    expect(own()).toEqual([ON]);

    const seen = await during(async () => own());

    expect(seen).toEqual([ON]);
    expect([own(), existsSync(path)]).toEqual([[], false]);
    expect(await restore()).toBe('nothing-to-do');
  });

  test('is left alone by another switch than the one that was noted', async () => {
    await fileNote(path).write({ name: 'deployment other/registry', remembered: {} });

    const other = restore();

    await expect(other).rejects.toMatchObject({ code: 'READ_ONLY_NOTE_FAILED' });
    expect(cluster.asked.filter((one) => one.startsWith('PATCH'))).toEqual([]);
  });

  test.each([
    [
      'deployment:apps/registry',
      'READ_ONLY_SETTINGS_INVALID',
      'which of its containers is the registry? proxy, registry',
    ],
    ['deployment:apps/registry/web', 'READ_ONLY_SETTINGS_INVALID', 'it has no container web'],
    ['deployment:apps/absent/registry', 'READ_ONLY_CLUSTER_FAILED', '404 deployments.apps "absent" not found'],
  ])('named as %s is refused before anything is changed', async (named, code, words) => {
    const refused = during(async () => undefined, named);

    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect([cluster.asked.filter((one) => one.startsWith('PATCH')), existsSync(path)]).toEqual([[], false]);
  });

  test('is not switched when that can not be written down first', async () => {
    const folder = makeTempFolder('no-folder');
    writeFileSync(join(folder, 'file'), '');
    path = join(folder, 'file', 'read-only.json');

    const refused = during(async () => undefined);

    await expect(refused).rejects.toMatchObject({ code: 'READ_ONLY_NOTE_FAILED' });
    expect(own()).toEqual([]);
  });
});

test.each([false, true])(
  'OpenShift’s registry, read-only before: %s, is switched by its operator and put back',
  async (before) => {
    cluster.readOnly = before;
    const seen = await during(async () => {
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ remembered: { readOnly: before } });
      return cluster.readOnly;
    }, 'openshift');

    expect([seen, cluster.readOnly, existsSync(path)]).toEqual([true, before, false]);
  },
);

test('an operator that never gets done is told with its own words', async () => {
  cluster.looksNeeded = Number.POSITIVE_INFINITY;
  const switching = during(async () => undefined, 'openshift');

  await expect(switching).rejects.toMatchObject({
    code: 'READ_ONLY_NOT_PUT_BACK',
    message: expect.stringContaining('Progressing is True: rolling out'),
  });
});

test('an API server that refuses is told with its words, and without the token', async () => {
  cluster.failures.push(403);
  const refused = during(async () => undefined);

  await expect(refused).rejects.toMatchObject({
    code: 'READ_ONLY_CLUSTER_FAILED',
    message: expect.stringMatching(/^GET https:\/\/127[^ ]*\/deployments\/registry: 403 the fake says no$/),
  });
});

test.each(['deployment:', 'deployment:apps', 'deployment:apps/a/b/c', 'deployment:../x/y', 'docker'])(
  'a switch named %s is refused',
  async (named) => {
    await expect(openReadOnlySwitch(named, {})).rejects.toMatchObject({ code: 'READ_ONLY_SETTINGS_INVALID' });
  },
);

test('what is switched by hand is left to whoever does it', async () => {
  expect(await during(async () => 'done', 'manual')).toBe('done');
  expect(cluster.asked).toEqual([]);
});
