import { expect, test } from 'vitest';
import type { Json } from '../../../util/kubernetes/kube-api.ts';
import { readOnlyFailure } from '../failure.ts';
import { deployedSetUp } from './set-up.ts';

const never = new AbortController().signal;
const CONFIG = 'storage: {}\n';

/** An API with one Deployment and one ConfigMap. @param may - whether ConfigMaps may be read */
function apiWith(spec: object, may = true) {
  const found: Readonly<Record<string, Json>> = {
    '/apis/apps/v1/namespaces/apps/deployments/registry': { spec: { template: { spec } } },
    '/api/v1/namespaces/apps/configmaps/registry': { data: { 'config.yml': CONFIG, other: 'x' } },
  };
  return {
    get: async (path: string) => {
      const one = found[path];
      if (one === undefined || (path.includes('configmaps') && !may))
        throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `GET ${path}: 403`);
      return one;
    },
    patch: async () => ({}),
    close: async () => undefined,
  };
}

const volumes = (items?: object[]) => [{ name: 'v', configMap: { name: 'registry', ...(items && { items }) } }];
const container = (more: object) => ({ name: 'registry', ...more });
const setUpOf = (spec: object, name?: string, may?: boolean) =>
  deployedSetUp(apiWith(spec, may), { namespace: 'apps', name: 'registry', ...(name && { container: name }) }, never);

test('tells variables, and which could not be seen', async () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'EMPTY' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    { name: 'PUT_IN', value: 'redis://$(HOST)' },
  ];
  const { name, ...seen } = await setUpOf({ containers: [container({ env })] });
  expect([name, seen]).toEqual([
    'deployment apps/registry',
    { env: { A: '1', EMPTY: '' }, unseen: ['SECRET', 'PUT_IN'] },
  ]);
  const sets = await setUpOf({ containers: [container({ envFrom: [{ secretRef: { name: 's' } }] })] });
  expect(sets.unseen).toEqual(['*']);
});

test.each([
  ['a folder where 2.8 looks', '/etc/docker/registry', {}, undefined, {}],
  ['a folder where 3 looks', '/etc/distribution/', {}, undefined, {}],
  ['one file', '/etc/docker/registry/config.yml', { subPath: 'config.yml' }, undefined, {}],
  ['a file of another name', '/etc/docker/registry', {}, [{ key: 'config.yml', path: 'config.yml' }], {}],
  [
    'the file that it is started with',
    '/x',
    {},
    [{ key: 'config.yml', path: 'r.yaml' }],
    { args: ['serve', '/x/r.yaml'] },
  ],
  [
    'the file that a variable names',
    '/x',
    {},
    undefined,
    { env: [{ name: 'REGISTRY_CONFIGURATION_PATH', value: '/x/config.yml' }] },
  ],
])('reads the configuration that is mounted as %s', async (_, mountPath, mount, items, more) => {
  const volumeMounts = [
    { name: 'data', mountPath: '/' },
    { name: 'v', mountPath, ...mount },
  ];
  const spec = { containers: [container({ volumeMounts, ...more })], volumes: volumes(items) };
  expect((await setUpOf(spec)).config).toBe(CONFIG);
});

test('has no configuration where it is not from a ConfigMap, or that may not be read', async () => {
  const volumeMounts = [{ name: 'v', mountPath: '/etc/docker/registry' }];
  const secret = [{ name: 'v', secret: { secretName: 's' } }];
  expect(await setUpOf({ containers: [container({ volumeMounts })], volumes: secret })).not.toHaveProperty('config');
  const spec = { containers: [container({ volumeMounts })], volumes: volumes() };
  expect(await setUpOf(spec, undefined, false)).not.toHaveProperty('config');
  expect(await setUpOf({ containers: [container({})] })).not.toHaveProperty('config');
});

test('wants to know which container it is', async () => {
  const containers = [{ name: 'proxy' }, container({ env: [{ name: 'A', value: '1' }] })];
  expect((await setUpOf({ containers }, 'registry')).env).toEqual({ A: '1' });
  await expect(setUpOf({ containers })).rejects.toMatchObject({ code: 'READ_ONLY_SETTINGS_INVALID' });
  await expect(setUpOf({ containers }, 'none')).rejects.toMatchObject({ code: 'READ_ONLY_SETTINGS_INVALID' });
});
