import { describe, expect, test } from 'vitest';
import { imageTargetOf } from './explain-image.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('what is to be explained of an image API', () => {
  test.each([
    [digest, { digest }],
    ['shop/web:v1', { stream: 'shop/web', tag: 'v1' }],
    [`shop/web@${digest}`, { stream: 'shop/web', digest }],
    ['image-registry.openshift-image-registry.svc:5000/shop/web:v1', { stream: 'shop/web', tag: 'v1' }],
    [`registry.example/shop/web:v1@${digest}`, { stream: 'shop/web', digest }],
  ])('%s', (text, target) => {
    expect(imageTargetOf(text)).toEqual(target);
  });

  test.each(['web:v1', 'shop/web', 'a/b/c:v1'])('%s is refused, with how to write it', (text) => {
    expect(() => imageTargetOf(text)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID', hint: expect.stringContaining('NAMESPACE/STREAM:TAG') }),
    );
  });
});
