import { describe, expect, test } from 'vitest';
import { bestKey, helperServer, keyFit } from './credential-key.ts';

const HOST = 'registry.example.com:5000';

describe('a key of a credentials file', () => {
  test.each([
    HOST,
    `https://${HOST}`,
    `http://${HOST}`,
    `https://${HOST}/`,
    `https://${HOST}/v1/`,
    `https://${HOST}/v2/`,
    `${HOST}/v1/`,
    `${HOST}/v2`,
    'Registry.Example.COM:5000',
    '*.example.com:5000',
    'reg*.example.com:5000',
    'r*i*y.example.com:5000',
  ])('%s is for the host', (key) => {
    expect(keyFit(key, HOST)).toBeGreaterThanOrEqual(0);
    expect(keyFit(key, HOST, 'team/app')).toBeGreaterThanOrEqual(0);
  });

  test.each([
    'registry.example.com',
    'registry.example.com:5001',
    'example.com:5000',
    'other.example.com:5000',
    'a.registry.example.com:5000',
    '*.com:5000',
    '*.example.com',
    'x*.example.com:5000',
    '*',
    '',
  ])('%j is not for the host', (key) => expect(keyFit(key, HOST)).toBe(-1));

  test('with a path is for the repositories at and below it alone', () => {
    const key = `${HOST}/team`;

    expect(keyFit(key, HOST, 'team')).toBeGreaterThan(0);
    expect(keyFit(key, HOST, 'team/app')).toBeGreaterThan(0);
    expect(keyFit(key, HOST, 'teamwork')).toBe(-1);
    expect(keyFit(key, HOST, 'other')).toBe(-1);
    expect(keyFit(key, HOST)).toBe(-1);
  });

  test('with the longest path fits best, and an exact host better than a pattern', () => {
    const keys = ['*.example.com:5000', HOST, `${HOST}/team`, `${HOST}/team/app`, `*.example.com:5000/team`];

    expect(bestKey(keys, HOST, 'team/app/x')).toBe(`${HOST}/team/app`);
    expect(bestKey(keys, HOST, 'team/web')).toBe(`${HOST}/team`);
    expect(bestKey(keys, HOST, 'web')).toBe(HOST);
    expect(bestKey(['*.example.com:5000'], HOST, 'web')).toBe('*.example.com:5000');
    expect(bestKey(['elsewhere.org'], HOST, 'web')).toBeUndefined();
  });

  test.each(['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io'])(
    '%s is for Docker Hub under each of its names',
    (key) => {
      expect(keyFit(key, 'registry-1.docker.io')).toBeGreaterThanOrEqual(0);
      expect(keyFit(key, 'docker.io')).toBeGreaterThanOrEqual(0);
    },
  );

  test('credential helpers know Docker Hub by its old address', () => {
    expect(helperServer('registry-1.docker.io')).toBe('https://index.docker.io/v1/');
    expect(helperServer(HOST)).toBe(HOST);
  });
});
