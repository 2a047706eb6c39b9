import { describe, expect, test } from 'vitest';
import { mayBeInsecure } from './insecure-permission.ts';
import { parseRegistryAddress } from './registry-address.ts';

const V6 = 'fd12:3456:789a:1::1';

test.each([
  ['UR-01', '172.30.30.30:5000', '172.30.30.30:5000'],
  ['UR-02', ':5000', 'localhost:5000'],
  ['UR-03', `[${V6}]:80/`, `[${V6}]:80`],
  ['UR-04', `[${V6}]:80`, `[${V6}]:80`],
  ['UR-05', 'http://172.30.30.30:5000', '172.30.30.30:5000'],
  ['UR-06', `http://[${V6}]:5000/`, `[${V6}]:5000`],
  ['UR-07', `http://[${V6}]:5000`, `[${V6}]:5000`],
  ['UR-08', 'http://registry.org:5000', 'registry.org:5000'],
  ['UR-09', 'https://172.30.30.30:5000', '172.30.30.30:5000'],
  ['UR-10', 'https://:80/', 'localhost:80'],
  ['UR-11', `https://[${V6}]/`, `[${V6}]`],
  ['UR-12', `https://[${V6}]`, `[${V6}]`],
  ['UR-13', `https://[${V6}]:5000/`, `[${V6}]:5000`],
  ['UR-14', `https://[${V6}]:5000`, `[${V6}]:5000`],
  ['UR-15', 'https://registry.org/', 'registry.org'],
  ['UR-16', 'https://registry.org', 'registry.org'],
  ['UR-17', 'localhost/', 'localhost'],
  ['UR-18', 'localhost', 'localhost'],
  ['UR-19', 'localhost:80', 'localhost:80'],
  ['UR-20', 'registry.org/', 'registry.org'],
  ['UR-21', 'registry.org', 'registry.org'],
  ['UR-22', 'registry.org:5000', 'registry.org:5000'],
])('%s: the address %s is that of %s', (_, text, host) => {
  const { scheme, ...address } = parseRegistryAddress(text);

  expect(address.host).toBe(host);
  expect(scheme).toBe(/^(https?):/.exec(text)?.[1]);
});

test.each([
  ['UR-23', 'httpss://registry.org', 'unsupported scheme: httpss'],
  ['UR-24', 'ftp://registry.org', 'unsupported scheme: ftp'],
  ['UR-25', 'http://registry.org://', 'no path after <host>[:<port>] is allowed'],
  ['UR-26', 'http://registry.org/path', 'no path after <host>[:<port>] is allowed'],
  ['UR-27', '[fd12:3456:789a:1::1', 'is not a host with an optional port'],
  ['UR-28', 'bad url', 'is not a host with an optional port'],
  ['UR-29', '/registry.org', 'no path after <host>[:<port>] is allowed'],
  ['UR-30', 'https:///', 'no host name specified'],
  ['UR-31', 'http://registry.org?parm=arg', 'no query arguments are allowed after <host>[:<port>]'],
])('%s: the address %s is refused: %s', (_, text, why) => {
  expect(() => parseRegistryAddress(text)).toThrow(
    expect.objectContaining({ code: 'INTEGRATED_REGISTRY_URL_INVALID', message: expect.stringContaining(why) }),
  );
});

test.each([
  'https://kubeadmin:secret@registry.org',
  'registry.org:70000',
  'registry.org#x',
  '',
  'registry.org?token=secret',
])('the address %j is refused, and what may be secret in it is not shown', (text) => {
  expect(() => parseRegistryAddress(text)).toThrow(/^(?!.*secret).*$/);
});

describe('an insecure connection', () => {
  const wish = { forced: false, caFile: undefined, loginIsInsecure: false };
  const of = (url: string, more: object = {}) => mayBeInsecure(parseRegistryAddress(url), { ...wish, ...more });

  test('is allowed when forced, when asked for as http, and when the login is insecure itself', () => {
    expect(of('registry.org', { forced: true })).toBe(true);
    expect(of('http://registry.org')).toBe(true);
    expect(of('registry.org', { loginIsInsecure: true })).toBe(true);
    expect(of('registry.org')).toBe(false);
    expect(of('https://registry.org')).toBe(false);
  });

  test.each([
    '127.0.0.1:5000',
    '[::1]',
    'localhost:5000',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.7.7',
    '[fd00::1]',
    '[fe80::1]',
  ])('is allowed in a private network: %s', (url) => expect(of(url)).toBe(true));

  test.each(['172.32.0.1', '11.0.0.1', '192.169.0.1', '[2001:db8::1]', '169.254.1.1'])('is not at %s', (url) =>
    expect(of(url)).toBe(false),
  );

  test('is never allowed where an authority is named', () => {
    const caFile = '/etc/ca.crt';
    expect(of('10.1.2.3', { caFile, loginIsInsecure: true })).toBe(false);
    expect(() => of('registry.org', { caFile, forced: true })).toThrow(
      '--certificate-authority cannot be specified with --force-insecure',
    );
    expect(() => of('http://registry.org', { caFile })).toThrow(
      '--certificate-authority cannot be specified for insecure http protocol',
    );
  });
});
