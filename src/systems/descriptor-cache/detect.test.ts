import { describe, expect, test } from 'vitest';
import { detectCache, type RegistrySetUp } from './detect.ts';

const detected = (config: string | undefined, env: RegistrySetUp['env'] = {}, unseen: RegistrySetUp['unseen'] = []) =>
  detectCache({ ...(config === undefined ? {} : { config }), env, unseen });

const inMemory = 'version: 0.1\nstorage: {cache: {blobdescriptor: inmemory}, filesystem: {rootdirectory: /srv}}\n';
const without = 'version: 0.1\nstorage: {filesystem: {rootdirectory: /srv}}\n';
const redis = (fields: string) => `storage: {cache: {blobdescriptor: redis}}\nredis: {${fields}}\n`;
const KIND = 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR';

describe('a configuration', () => {
  test.each([
    ['inmemory', 'in-memory'],
    ['Inmemory', 'none'],
    ['""', 'none'],
  ])('with blobdescriptor %s is one with the cache: %s', (said, kind) => {
    expect(detected(`storage: {cache: {blobdescriptor: ${said}}}`)).toEqual({ kind });
  });

  test('may have the older name of the cache, which the newer one goes before', () => {
    expect(detected('storage: {cache: {layerinfo: inmemory}}')).toEqual({ kind: 'in-memory' });
    expect(detected('storage: {cache: {layerinfo: inmemory, blobdescriptor: ""}}')).toEqual({ kind: 'none' });
  });

  test('without a cache is one without, unless a variable may add it', () => {
    expect(detected(without)).toEqual({ kind: 'none' });
    expect(detected(without, {}, ['*'])).toMatchObject({ kind: 'unknown' });
    expect(detected(without, { [KIND]: '' }, ['*'])).toEqual({ kind: 'none' });
    expect(detected(without, {}, [KIND])).toEqual({ kind: 'unknown', why: `${KIND} could not be read` });
    expect(detected(without, {}, ['REGISTRY_STORAGE_CACHE'])).toMatchObject({ kind: 'unknown' });
    expect(detected(without, {}, ['REGISTRY_STORAGE_S3_SECRETKEY'])).toEqual({ kind: 'none' });
  });

  test('with a cache is believed also where there may be variables', () => {
    expect(detected(inMemory, {}, ['*'])).toEqual({ kind: 'in-memory' });
  });

  test('that can not be read tells nothing, but its variables may', () => {
    expect(detected(undefined)).toEqual({ kind: 'unknown', why: 'its configuration file could not be read' });
    expect(detected(undefined, { [KIND]: 'inmemory' })).toEqual({ kind: 'in-memory' });
    expect(detected(undefined, { [KIND]: 'none' })).toEqual({ kind: 'none' });
  });

  test.each(['- a list', 'storage: {cache: [', 'just words'])('that is none (%j) is refused', (text) => {
    expect(() => detected(text)).toThrow();
  });

  test('that is no YAML is refused without a word of what stands in it', () => {
    const broken = 'redis: {password: hunter2\nstorage: [';
    expect(() => detected(broken)).toThrow(/^it is no YAML/);
    expect(() => detected(broken)).not.toThrow(/hunter2/);
  });
});

describe('variables of the environment', () => {
  test('go before the file, whole maps before their parts', () => {
    expect(detected(inMemory, { [KIND]: '' })).toEqual({ kind: 'none' });
    expect(detected(inMemory, { REGISTRY_STORAGE: '{filesystem: {}}' })).toEqual({ kind: 'none' });
    expect(detected(without, { REGISTRY_STORAGE_CACHE: '{blobdescriptor: inmemory}' })).toEqual({ kind: 'in-memory' });
    const both = { [KIND]: 'inmemory', REGISTRY_STORAGE: '{cache: {blobdescriptor: redis}}' };
    expect(detected(without, both)).toEqual({ kind: 'in-memory' });
  });

  test('tell the Redis, of 2.8 and of 3', () => {
    const env = {
      [KIND]: 'redis',
      REGISTRY_REDIS_ADDR: 'cache.test:6379',
      REGISTRY_REDIS_PASSWORD: 'p',
      REGISTRY_REDIS_DB: '2',
    };
    expect(detected(without, env)).toMatchObject({ address: 'redis://:p@cache.test:6379/2' });
    const three = { [KIND]: 'redis', REGISTRY_REDIS_ADDRS: '[cache.test:6379]' };
    expect(detected(without, three)).toMatchObject({ address: 'redis://cache.test:6379/0' });
    const first = { [KIND]: 'redis', REGISTRY_REDIS_ADDRS_0: 'cache.test:6380' };
    expect(detected(without, first)).toMatchObject({ address: 'redis://cache.test:6380/0' });
  });
});

describe('a Redis', () => {
  test('is told with its password, and shown without', () => {
    expect(detected(redis('addr: "cache.test:6379", password: "s@c/ret", db: 3'))).toEqual({
      kind: 'redis',
      shown: 'redis cache.test:6379/3',
      address: 'redis://:s%40c%2Fret@cache.test:6379/3',
    });
    expect(detected(redis('addrs: ["cache.test:6379"], username: u, password: p'))).toMatchObject({
      address: 'redis://u:p@cache.test:6379/0',
    });
    expect(detected(redis('addrs: ["cache.test:6379"], tls: {rootcas: [/ca.pem]}'))).toMatchObject({
      address: 'rediss://cache.test:6379/0',
    });
  });

  test.each([
    ['of more than one server', 'addrs: ["a.test:1", "b.test:1"]', [], 'it is a cluster or has sentinels'],
    ['with sentinels', 'addrs: ["a.test:1"], mastername: m', [], 'it is a cluster or has sentinels'],
    [
      'with client certificates',
      'addrs: ["a.test:1"], tls: {certificate: /c, key: /k}',
      [],
      'it wants a client certificate',
    ],
    ['without an address', 'db: 1', [], 'its address could not be read'],
    [
      'with a password elsewhere',
      'addr: "a.test:1"',
      ['REGISTRY_REDIS_PASSWORD'],
      'REGISTRY_REDIS_PASSWORD could not be read',
    ],
  ])('%s has no address that could be used, and why is told', (_, fields, unseen, why) => {
    const found = detected(redis(fields), {}, unseen);
    expect(found).toMatchObject({ kind: 'redis', why });
    expect(found).not.toHaveProperty('address');
  });
});
