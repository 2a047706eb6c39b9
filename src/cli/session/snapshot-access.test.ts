import { describe, expect, test } from 'vitest';
import { accessTo } from './snapshot-access.ts';

const registry = {
  url: 'https://registry.example:5000/',
  ...{ username: 'robot', password: 'hunter2', passwordFile: '/run/password' },
  ...{ certFile: '/run/cert.pem', keyFile: '/run/key.pem', caFile: '/run/ca.pem' },
  ...{ credentialFiles: ['/run/auth.json'], product: 'zot', repositories: ['a'], insecure: true },
};

describe('what is told to the registry of a snapshot', () => {
  test('is all of the settings where it is their own registry, by the address that they have', () => {
    expect(accessTo('Registry.example:5000', registry)).toEqual(registry);
  });

  test('is no secret where it is another one', () => {
    expect(accessTo('registry.example', registry)).toEqual({
      ...{ url: 'registry.example', insecure: true },
      ...{ caFile: '/run/ca.pem', credentialFiles: ['/run/auth.json'] },
    });
  });

  test('is what the command line says where the settings name no registry', () => {
    expect(accessTo('registry.example', { username: 'robot', password: 'hunter2' })).toEqual({
      ...{ url: 'registry.example', username: 'robot', password: 'hunter2' },
    });
  });
});
