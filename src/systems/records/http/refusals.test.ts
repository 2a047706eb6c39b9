import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import type { HttpRecords } from '../settings.ts';
import { openHttpRecords } from './index.ts';
import { pageOf, place, SECRET, serve, survey } from './json-server.suite.ts';

describe('what an HTTP source may not do', () => {
  test('follow a link or a redirect to another server, which would get the token', async () => {
    const other = await serve(() => []);
    const linking = await serve((address) => ({ items: pageOf(address), next: `${other.url}/orders` }));
    expect((await survey(linking.url, { token: SECRET })).cause).toContain('the next page lies elsewhere');
    const redirecting = await serve((_, __, response) => {
      response.writeHead(302, { location: `${other.url}/login` }).end();
      return undefined;
    });
    await expect(survey(redirecting.url, { token: SECRET })).rejects.toMatchObject({ code: 'RECORDS_HTTP_REFUSED' });
    expect(other.requests).toEqual([]);
  });

  test('redirect for ever', async () => {
    const { url, requests } = await serve((_, __, response) => {
      response.writeHead(302, { location: '/' }).end();
      return undefined;
    });
    await expect(survey(url)).rejects.toMatchObject({ code: 'RECORDS_HTTP_REFUSED' });
    expect(requests).toHaveLength(6);
  });

  test('take a page for people, or too large a page, for records', async () => {
    const { url } = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>');
      return undefined;
    });
    await expect(survey(url)).rejects.toMatchObject({ code: 'RECORDS_FORMAT_INVALID' });
    const large = await serve((address) => pageOf(address));
    await expect(survey(large.url, { maxPageBytes: 100 })).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
    const endless = await serve((_, __, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '.repeat(1000)), 1);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
    await expect(survey(endless.url, { maxPageBytes: 5000 })).rejects.toMatchObject({ code: 'RECORDS_TOO_LARGE' });
  });

  test('be opened with an address that is none', () => {
    for (const url of ['orders', 'ftp://server/orders', `https://me:${SECRET}@:x`]) {
      const open = () => openHttpRecords({ kind: 'http', url }, place);
      expect(open).toThrow(expect.objectContaining({ code: 'RECORDS_SETTINGS_INVALID' }));
      expect(open).toThrow(expect.not.objectContaining({ message: expect.stringContaining(SECRET) }));
    }
  });
});

describe('the credentials of an HTTP source', () => {
  const echo = () =>
    serve((address, request, response) => {
      response.statusCode = address.pathname === '/echo' ? 400 : 200;
      const { authorization, 'private-token': token } = request.headers;
      return address.pathname === '/echo'
        ? `you sent ${authorization} ${token} ${address.search}`
        : [{ id: `${authorization} ${token}`, status: 'open' }];
    });
  const sent = async (address: string, settings: Partial<HttpRecords>) => (await survey(address, settings)).facts[0];

  test('are a bearer token, a token in a header of its own, or user and password', async () => {
    const { url } = await echo();
    const file = join(makeTempFolder('token'), 'token');
    writeFileSync(file, `${SECRET}\n`);
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    const address = url.replace('//', `//me:${encodeURIComponent(SECRET)}@`);
    expect(await sent(url, { tokenFile: file })).toContain(`Bearer ${SECRET} undefined`);
    expect(await sent(url, { token: SECRET, tokenHeader: 'Private-Token' })).toContain(`undefined ${SECRET}`);
    expect(await sent(url, { username: 'me', passwordFile: file })).toContain(`Basic ${basic}`);
    expect(await sent(address, {})).toContain(`Basic ${basic}`);
    expect(await sent(url, {})).toContain('undefined undefined');
  });

  test('are hidden where the server repeats them', async () => {
    const { url } = await echo();
    const basic = Buffer.from(`me:${SECRET}`).toString('base64');
    const settings: Partial<HttpRecords>[] = [
      { token: SECRET },
      { token: SECRET, tokenHeader: 'private-token' },
      { username: 'me', password: SECRET },
    ];
    for (const one of settings) {
      const failure = (await survey(`${url}/echo?api_key=${encodeURIComponent(SECRET)}`, one).catch(
        (error: unknown) => error,
      )) as Error;
      expect(failure.message).toContain('you sent');
      for (const secret of [SECRET, encodeURIComponent(SECRET), basic]) expect(failure.message).not.toContain(secret);
    }
  });

  test('are refused when they contradict each other or cannot be sent', async () => {
    const { url } = await echo();
    const refused = { code: 'RECORDS_SETTINGS_INVALID' };
    await expect(survey(url, { token: 'x', username: 'me', password: 'y' })).rejects.toMatchObject(refused);
    await expect(survey(url, { password: 'y' })).rejects.toMatchObject(refused);
    const failure = await survey(url, { token: `${SECRET}\nx` }).catch((error: unknown) => error);
    expect(failure).toMatchObject(refused);
    expect(String(failure)).not.toContain(SECRET);
    await expect(survey(url, { tokenEnv: 'WINNOW_TEST_NOT_SET' })).rejects.toMatchObject({
      code: 'RECORDS_SECRET_UNREADABLE',
    });
  });
});
