import { describe, expect, test } from 'vitest';
import { isLocal, mayBeInsecure } from './insecure-permission.ts';
import { parseRegistryUrl } from './registry-url.ts';

function permission(url: string, insecure = false, caFile?: string): boolean {
  return mayBeInsecure(parseRegistryUrl(url), { insecure, caFile });
}

describe('the permission for an insecure connection', () => {
  test('is not given by default, neither with https:// nor without a scheme', () => {
    expect(permission('registry.org')).toBe(false);
    expect(permission('https://registry.org')).toBe(false);
  });

  test('is given by --force-insecure', () => {
    expect(permission('registry.org', true)).toBe(true);
  });

  test('is given by an address with http://', () => {
    expect(permission('http://registry.org')).toBe(true);
  });

  test.each(['localhost:5000', ':5000', '127.0.0.1:5000', '127.1.2.3', '[::1]:5000', '169.254.1.1:5000', '[fe80::1]'])(
    'is given for %s, which is here or on the same link',
    (url) => expect(permission(url)).toBe(true),
  );

  test.each([
    '10.0.0.1',
    '172.30.30.30:5000',
    '192.168.1.1',
    '[fd12:3456:789a:1::1]',
    'localhost.example.com',
    '[2001:db8::1]',
  ])('is not given for %s', (url) => expect(permission(url)).toBe(false));

  test('is never given when a certificate authority is named', () => {
    expect(permission('localhost:5000', false, '/ca.pem')).toBe(false);
    expect(permission('registry.org', false, '/ca.pem')).toBe(false);
  });

  test('a certificate authority cannot be combined with --force-insecure, nor with http://', () => {
    const invalid = expect.objectContaining({ code: 'REGISTRY_SETTINGS_INVALID' });
    expect(() => permission('registry.org', true, '/ca.pem')).toThrow(invalid);
    expect(() => permission('http://registry.org', false, '/ca.pem')).toThrow(invalid);
    expect(() => permission('http://localhost', false, '/ca.pem')).toThrow(
      /--certificate-authority cannot be combined/,
    );
  });

  test('a name that merely resolves to this machine is not local', () => {
    expect(isLocal('127.0.0.1.nip.io')).toBe(false);
  });
});
