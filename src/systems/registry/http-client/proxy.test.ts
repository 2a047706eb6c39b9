import { describe, expect, test } from 'vitest';
import { proxyFor } from './proxy.ts';

const ENV = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'http://plain-proxy:3128' };

function forUrl(url: string, noProxy?: string, env: NodeJS.ProcessEnv = ENV): string | undefined {
  return proxyFor(new URL(url), noProxy === undefined ? env : { ...env, NO_PROXY: noProxy });
}

describe('the proxy for a URL', () => {
  test('is none without the variables', () => {
    expect(forUrl('https://r.example.com', undefined, {})).toBeUndefined();
    expect(forUrl('https://r.example.com', undefined, { HTTPS_PROXY: '' })).toBeUndefined();
    expect(forUrl('https://r.example.com', undefined, { HTTP_PROXY: 'http://p' })).toBeUndefined();
  });

  test('goes by the scheme, and the lower-case name goes before the other', () => {
    expect(forUrl('https://r.example.com')).toBe('http://proxy:3128');
    expect(forUrl('http://r.example.com')).toBe('http://plain-proxy:3128');
    expect(forUrl('https://r.example.com', undefined, { ...ENV, https_proxy: 'http://lower:1' })).toBe(
      'http://lower:1',
    );
  });

  test('may be written without a scheme', () => {
    expect(forUrl('https://r.example.com', undefined, { HTTPS_PROXY: 'proxy:3128' })).toBe('http://proxy:3128');
  });

  test('that is no URL is told, without its password', () => {
    expect(() => forUrl('https://r.example.com', undefined, { HTTPS_PROXY: 'http://me:hunter2@:x' })).toThrow(
      expect.objectContaining({ code: 'REGISTRY_SETTINGS_INVALID', message: expect.not.stringContaining('hunter2') }),
    );
  });

  test.each(['https://localhost:5000', 'https://127.0.0.1', 'https://[::1]:5000'])('is none for %s', (url) => {
    expect(forUrl(url)).toBeUndefined();
  });

  test.each([
    ['*', 'https://r.example.com'],
    ['r.example.com', 'https://r.example.com'],
    ['R.Example.com', 'https://r.example.com'],
    ['example.com', 'https://r.example.com'],
    ['.example.com', 'https://r.example.com'],
    ['*.example.com', 'https://r.example.com'],
    ['a, example.com b', 'https://r.example.com'],
    ['r.example.com:5000', 'https://r.example.com:5000'],
    ['r.example.com:443', 'https://r.example.com'],
    ['172.30.30.30', 'https://172.30.30.30:5000'],
    ['172.30.0.0/16', 'https://172.30.30.30:5000'],
    ['fd00::/8', 'https://[fd12::1]:5000'],
    ['[fd12::1]:5000', 'https://[fd12::1]:5000'],
    ['.svc,.cluster.local', 'https://image-registry.openshift-image-registry.svc:5000'],
  ])('NO_PROXY=%s excepts %s', (noProxy, url) => expect(forUrl(url, noProxy)).toBeUndefined());

  test.each([
    ['', 'https://r.example.com'],
    ['other.com', 'https://r.example.com'],
    ['ample.com', 'https://r.example.com'],
    ['.r.example.com', 'https://r.example.com'],
    ['r.example.com:5000', 'https://r.example.com'],
    ['10.0.0.0/8', 'https://172.30.30.30:5000'],
    ['10.0.0.0/8', 'https://r.example.com'],
    ['172.30.0.0/99', 'https://172.30.30.30:5000'],
    ['172.30.30.3', 'https://172.30.30.30:5000'],
  ])('NO_PROXY=%s does not except %s', (noProxy, url) => expect(forUrl(url, noProxy)).toBe('http://proxy:3128'));
});
