import { describe, expect, it } from 'vitest';
import { readStreamReference } from './stream-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('a name of an image, as a pod has it', () => {
  it.each([
    ['registry.example:5000/shop/web:v1', { stream: 'shop/web', tag: 'v1' }],
    ['other.example/shop/web', { stream: 'shop/web', tag: 'latest' }],
    [`registry.example/shop/web@${digest}`, { stream: 'shop/web', digest }],
    [`registry.example/shop/web:v1@${digest}`, { stream: 'shop/web', tag: 'v1', digest }],
    ['shop/web:v1', { stream: 'shop/web', tag: 'v1' }],
    ['mirror.example/copies/of/shop/web:v1', { stream: 'shop/web', tag: 'v1' }],
    ['web:v1', { localName: 'web', tag: 'v1' }],
    [digest, { digest }],
  ])('%s', (text, meant) => {
    expect(readStreamReference('', text)).toEqual(meant);
  });

  it('can be unreadable, and says why', () => {
    expect(readStreamReference('', 'registry.example/Shop/web')).toEqual({ why: 'Shop/web is not a repository name' });
    expect(readStreamReference('', 'shop/web@sha256:many-zeros')).toEqual({ why: 'sha256:many-zeros is not a digest' });
  });
});

describe('a name of an image, as a build has it', () => {
  it.each([
    ['shop/web:latest', { stream: 'shop/web', tag: 'latest' }],
    [`shop/web@${digest}`, { stream: 'shop/web', digest }],
  ])('%s', (text, meant) => {
    expect(readStreamReference('openshift', text)).toEqual(meant);
  });

  it.each(['ImageStreamImage shop/web:isi', 'shop/web', 'shop/a/b:tag', `shop/web@${digest}0`, 'shop/web:a b'])(
    '%s can not be read',
    (text) => {
      expect(readStreamReference('openshift', text)).toHaveProperty('why');
    },
  );
});
