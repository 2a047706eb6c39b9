import { describe, expect, it } from 'vitest';
import { mightMean } from './might-mean.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('what a name that can not be read might mean', () => {
  it('might mean a repository whose name stands in it on its own', () => {
    const { repository } = mightMean('registry.example/Shop/Web:v1:v2');

    expect(repository('shop/web')).toBe(true);
    expect(repository('web')).toBe(true);
    expect(repository('hop/web')).toBe(false);
    expect(repository('shop/we')).toBe(false);
    expect(repository('')).toBe(false);
  });

  it('finds a name that comes again, after a part of another', () => {
    expect(mightMean('myweb web').repository('web')).toBe(true);
    expect(mightMean('myweb webx').repository('web')).toBe(false);
  });

  it('might mean a digest that stands in it in whole or by its first seven characters', () => {
    expect(mightMean(`web@${digest}@x`).digest(digest)).toBe(true);
    expect(mightMean('web@sha256:0123456').digest(digest)).toBe(true);
    expect(mightMean('web@sha256:012345').digest(digest)).toBe(false);
    expect(mightMean('web@SHA256:0123456789ABCDEF').digest(digest)).toBe(true);
  });

  it('finds a digest that hexadecimal characters touch', () => {
    expect(mightMean('cafe0123456789').digest(digest)).toBe(true);
  });

  it('says when no digest can be meant', () => {
    expect(mightMean('a sentence about web').namesDigests).toBe(false);
    expect(mightMean('0123456').namesDigests).toBe(true);
  });
});
