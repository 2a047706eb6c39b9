import { describe, expect, test } from 'vitest';
import { parseRegistryUrl } from './registry-url.ts';

const V6 = '[fd12:3456:789a:1::1]';

describe('the accepted forms of --registry-url', () => {
  test.each([
    ['UR-01', '172.30.30.30:5000', undefined, '172.30.30.30:5000'],
    ['UR-02', ':5000', undefined, 'localhost:5000'],
    ['UR-03', `${V6}:80/`, undefined, `${V6}:80`],
    ['UR-04', `${V6}:80`, undefined, `${V6}:80`],
    ['UR-05', 'http://172.30.30.30:5000', 'http', '172.30.30.30:5000'],
    ['UR-06', `http://${V6}:5000/`, 'http', `${V6}:5000`],
    ['UR-07', `http://${V6}:5000`, 'http', `${V6}:5000`],
    ['UR-08', 'http://registry.org:5000', 'http', 'registry.org:5000'],
    ['UR-09', 'https://172.30.30.30:5000', 'https', '172.30.30.30:5000'],
    ['UR-10', 'https://:80/', 'https', 'localhost:80'],
    ['UR-11', `https://${V6}/`, 'https', V6],
    ['UR-12', `https://${V6}`, 'https', V6],
    ['UR-13', `https://${V6}:5000/`, 'https', `${V6}:5000`],
    ['UR-14', `https://${V6}:5000`, 'https', `${V6}:5000`],
    ['UR-15', 'https://registry.org/', 'https', 'registry.org'],
    ['UR-16', 'https://registry.org', 'https', 'registry.org'],
    ['UR-17', 'localhost/', undefined, 'localhost'],
    ['UR-18', 'localhost', undefined, 'localhost'],
    ['UR-19', 'localhost:80', undefined, 'localhost:80'],
    ['UR-20', 'registry.org/', undefined, 'registry.org'],
    ['UR-21', 'registry.org', undefined, 'registry.org'],
    ['UR-22', 'registry.org:5000', undefined, 'registry.org:5000'],
  ])('%s: accepts %s', (_id, text, scheme, host) => {
    const address = parseRegistryUrl(text);

    expect(address.scheme).toBe(scheme);
    expect(address.host).toBe(host);
  });

  test('takes the hostname without the brackets of an IPv6 address', () => {
    expect(parseRegistryUrl(`https://${V6}:5000`).hostname).toBe('fd12:3456:789a:1::1');
    expect(parseRegistryUrl('registry.org:5000').hostname).toBe('registry.org');
  });

  test('takes scheme and host in any case, and blanks around them', () => {
    expect(parseRegistryUrl(' HTTPS://Registry.ORG:5000/ \n')).toEqual({
      scheme: 'https',
      host: 'registry.org:5000',
      hostname: 'registry.org',
    });
  });
});

describe('the rejected forms of --registry-url', () => {
  test.each([
    ['UR-23', 'httpss://registry.org', /unsupported scheme httpss/],
    ['UR-24', 'ftp://registry.org', /unsupported scheme ftp/],
    ['UR-25', 'http://registry.org://', /no path is allowed/],
    ['UR-26', 'http://registry.org/path', /no path is allowed/],
    ['UR-27', '[fd12:3456:789a:1::1', /not a host with an optional port/],
    ['UR-28', 'bad url', /not a host/],
    ['UR-29', '/registry.org', /no path is allowed/],
    ['UR-30', 'https:///', /it has no host/],
    ['UR-31', 'http://registry.org?parm=arg', /no query is allowed/],
    ['nothing', '', /it has no host/],
    ['a port alone, without a number', ':', /it has no host/],
    ['an IPv6 address without brackets', '::1', /not a host with an optional port/],
    ['a broken IPv6 address', '[::zz]', /not a host/],
    ['a port out of range', 'registry.org:70000', /70000 is not a port/],
    ['port 0', 'registry.org:0', /0 is not a port/],
    ['a query behind a slash', 'registry.org/?n=1', /no query is allowed/],
    ['a fragment', 'registry.org#top', /no fragment is allowed/],
    ['a fragment behind a slash', 'registry.org/#top', /no /],
  ])('%s: rejects %s', (_id, text, why) => {
    expect(() => parseRegistryUrl(text)).toThrow(
      expect.objectContaining({
        code: 'REGISTRY_URL_INVALID',
        message: expect.stringMatching(why),
        hint: expect.stringMatching(/\w/),
      }),
    );
  });

  test('names the rejected value', () => {
    expect(() => parseRegistryUrl('http://registry.org/path')).toThrow(/"http:\/\/registry\.org\/path"/);
  });

  test.each([
    'https://admin:hunter2secret@registry.org',
    'admin:hunter2secret@registry.org:5000',
    'https://admin:hunter2/secret@registry.org/path',
    'https://admin:hunter2@secret@registry.org',
    'ftp://admin:hunter2secret@registry.org',
    'https://registry.org?token=hunter2secret',
  ])('rejects %s and repeats no password', (text) => {
    const failure = thrownBy(() => parseRegistryUrl(text));

    expect(failure).toMatchObject({ code: 'REGISTRY_URL_INVALID' });
    expect(`${failure.message} ${failure.hint}`).not.toMatch(/hunter2|secret@/);
  });
});

function thrownBy(act: () => unknown): Error & { readonly hint?: string } {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
