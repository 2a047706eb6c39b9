import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import type { StoreChoice } from '../../config/settings.ts';
import type { DeployedSetUp } from '../../systems/read-only-switch/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { chooseCache, isRedacted, redactedCache } from './choose-cache.ts';

const DEPLOYMENT = 'deployment:apps/registry';
const KIND = 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR';

function fileWith(text: string): string {
  const file = join(makeTempFolder('registry-config'), 'config.yml');
  writeFileSync(file, text);
  return file;
}

const chosen = (store: Partial<StoreChoice>, setUp?: Partial<DeployedSetUp> | Error) =>
  chooseCache(
    { store: { registries: [], cache: 'auto', readOnlySwitch: 'manual', restartRegistry: 'manual', ...store } },
    async () => {
      if (setUp instanceof Error) throw setUp;
      return { name: 'deployment apps/registry', env: {}, unseen: [], ...setUp };
    },
  );

const inMemory = 'storage: {cache: {blobdescriptor: inmemory}}';
const redis = 'storage: {cache: {blobdescriptor: redis}}\nredis: {addr: "cache.test:6379", password: secret, db: 1}';

test('what nothing tells is taken for in-memory, and that is said', async () => {
  expect(await chosen({})).toEqual({
    cache: 'auto',
    because: 'taken for in-memory: nothing tells which the registry has',
  });
});

test('a file tells a cache that is there, and never that there is none', async () => {
  const memory = fileWith(inMemory);
  expect(await chosen({ registryConfig: memory })).toEqual({
    cache: 'in-memory',
    because: `a cache in memory, by ${memory} (variables of its environment are not seen)`,
  });
  const shared = await chosen({ registryConfig: fileWith(redis) });
  expect(shared.cache).toBe('redis://:secret@cache.test:6379/1');
  expect(shared.because).toMatch(/^redis cache\.test:6379\/1, by /);
  const none = await chosen({ registryConfig: fileWith('storage: {}') });
  expect(none).toMatchObject({
    cache: 'auto',
    because: expect.stringContaining('a variable of its environment may add'),
  });
});

test('a Deployment tells, by its variables and its file, or with the file that was given', async () => {
  const store = { restartRegistry: DEPLOYMENT };
  expect(await chosen(store, { env: { [KIND]: 'inmemory' } })).toMatchObject({ cache: 'in-memory' });
  expect(await chosen(store, { config: 'storage: {}' })).toEqual({
    cache: 'none',
    because: 'none, by deployment apps/registry',
  });
  expect((await chosen(store)).because).toContain('its configuration file could not be read');
  const registryConfig = fileWith('storage: {}');
  expect(await chosen({ ...store, registryConfig })).toEqual({
    cache: 'none',
    because: `none, by ${registryConfig} and deployment apps/registry`,
  });
});

test('a cluster that does not answer tells nothing, and what is no answer of it is not swallowed', async () => {
  const store = { readOnlySwitch: DEPLOYMENT };
  const silent = await chosen(store, new CodedError('READ_ONLY_CLUSTER_FAILED', 'GET …: 403'));
  expect(silent).toMatchObject({ cache: 'auto', because: expect.stringContaining('GET …: 403') });
  const other = await chosen({ ...store, registryConfig: fileWith(inMemory) }, new CodedError('X', 'x'));
  expect(other.cache).toBe('in-memory');
  await expect(chosen(store, new TypeError('a bug'))).rejects.toThrow('a bug');
});

test('what is declared goes before what is detected, and is not asked for', async () => {
  const registryConfig = fileWith(redis);
  expect(await chosen({ cache: 'in-memory', registryConfig })).toEqual({
    cache: 'in-memory',
    because: 'in-memory, as declared',
  });
  const other = await chosen({ cache: 'redis://:p@other.test/2', registryConfig });
  expect(other).toEqual({ cache: 'redis://:p@other.test/2', because: 'redis other.test/2, as declared' });
});

test('declared to have none is refused where its own settings have one, and accepted where they have none', async () => {
  for (const config of [inMemory, redis]) {
    const refused = chosen({ cache: 'none', registryConfig: fileWith(config) });
    await expect(refused).rejects.toMatchObject({ code: 'CACHE_CONTRADICTED' });
    await expect(refused).rejects.not.toThrow(/secret/);
  }
  await expect(
    chosen({ cache: 'none', readOnlySwitch: DEPLOYMENT }, { env: { [KIND]: 'redis' } }),
  ).rejects.toMatchObject({ code: 'CACHE_CONTRADICTED' });
  expect(await chosen({ cache: 'none', registryConfig: fileWith('storage: {}') })).toMatchObject({ cache: 'none' });
});

test('a Redis of which something is missing makes a plan, and no run', async () => {
  const env = { [KIND]: 'redis', REGISTRY_REDIS_ADDR: 'cache.test:6379' };
  const half = await chosen({ restartRegistry: DEPLOYMENT }, { env, unseen: ['REGISTRY_REDIS_PASSWORD'] });
  expect(isRedacted(half.cache)).toBe(true);
  expect(half.because).toContain('REGISTRY_REDIS_PASSWORD could not be read');
  expect(half.refusal).toMatchObject({ code: 'CACHE_ADDRESS_UNKNOWN' });
});

test('a plan holds no password, and without one no run is made by it', async () => {
  const planned = redactedCache('redis://:secret@cache.test:6379/1');
  expect(planned).toBe('redis://:***@cache.test:6379/1');
  expect((await chosen({ cache: planned })).refusal).toMatchObject({ code: 'CACHE_ADDRESS_UNKNOWN' });
  expect(await chosen({ cache: planned, registryConfig: fileWith(redis) })).toMatchObject({
    cache: 'redis://:secret@cache.test:6379/1',
  });
  expect(['none', 'auto', 'redis://cache.test/1'].map(redactedCache)).toEqual(['none', 'auto', 'redis://cache.test/1']);
});

test.each(['- a list', 'storage: ['])('a file that is no configuration (%j) is refused', async (text) => {
  await expect(chosen({ registryConfig: fileWith(text) })).rejects.toMatchObject({ code: 'CACHE_CONFIG_INVALID' });
});

test('so is one that is not there', async () => {
  await expect(chosen({ registryConfig: '/nowhere/config.yml' })).rejects.toMatchObject({
    code: 'CACHE_CONFIG_INVALID',
  });
});
