import { expect, test } from 'vitest';
import { registryProfiles } from '../../systems/registry/index.ts';
import { settingsShape } from '../shape.ts';
import { registryProducts } from './registry.ts';

test('the products that settings may name are those that the registry client knows', () => {
  expect([...registryProducts].sort()).toEqual(registryProfiles.map(({ id }) => id).sort());
});

test('capabilities are declared under the names that the client has for them', () => {
  const declared = settingsShape().properties?.['registry']?.properties?.['capabilities']?.properties ?? {};
  const known = registryProfiles.flatMap((profile) => Object.keys(profile.known)).filter((name) => name !== 'product');
  expect(Object.keys(declared)).toEqual(expect.arrayContaining(known));
});
