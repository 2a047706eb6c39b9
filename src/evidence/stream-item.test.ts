import { describe, expect, it } from 'vitest';
import { parseStreamItemKey, streamIn, streamItemKey } from './stream-item.ts';

describe('the key of an item of a tag’s history', () => {
  it('is read as it was written', () => {
    const name = { tag: 'v1.2-beta_3', index: 12, image: 'sha256:abc' };

    expect(streamItemKey(name)).toBe('v1.2-beta_3[12]@sha256:abc');
    expect(parseStreamItemKey(streamItemKey(name))).toEqual(name);
  });

  it('can name something that is no digest', () => {
    expect(parseStreamItemKey('latest[0]@some @thing')).toEqual({ tag: 'latest', index: 0, image: 'some @thing' });
  });

  it('is nothing else', () => {
    expect(parseStreamItemKey('latest')).toBeUndefined();
    expect(parseStreamItemKey('sha256:abc')).toBeUndefined();
  });
});

describe('the stream in a scope', () => {
  it('is its last two parts, whatever the API is called', () => {
    expect(streamIn('openshift:manifests:/tmp/a/b/shop/web')).toBe('shop/web');
    expect(streamIn('shop/web')).toBe('shop/web');
  });
});
