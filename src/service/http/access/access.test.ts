import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HttpRigOptions, httpRig } from '../../../../test/support/http-rig.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { assertSecrets } from './check-secrets.ts';

const TOKEN = 'correct-horse-battery-staple';

function tokenFile(token = TOKEN): string {
  const path = join(makeTempFolder('token'), 'token');
  writeFileSync(path, `${token}\n`);
  return path;
}

function rigWithTokens(options: HttpRigOptions = {}) {
  const file = tokenFile();
  const rig = httpRig({
    ...options,
    access: { tokens: [{ name: 'carol', role: 'approver', tokenFile: file }], ...options.access },
  });
  return { ...rig, file };
}

const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const elsewhere = { peer: '192.0.2.7' };
const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;
const me = async (answer: Response) => (await answer.json()) as { name: string; role: string; signedInBy: string };

describe('without a credential', () => {
  test('this machine may read', async () => {
    const { ask } = httpRig();

    expect(await me(await ask('/api/v1/me'))).toEqual({ name: 'local', role: 'viewer', signedInBy: 'loopback' });
  });

  test.each(['localhost', 'localhost:8080', '[::1]:8080', '127.0.0.1'])('reads under the name %s', async (host) => {
    expect((await httpRig().ask('/api/v1/me', { headers: { host } })).status).toBe(200);
  });

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8080', '', '10.0.0.1'])(
    'reads nothing under the name %j: a page of elsewhere may have it point here',
    async (host) => {
      expect((await httpRig().ask('/api/v1/me', { headers: { host } })).status).toBe(401);
    },
  );

  test.each(['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-User'])(
    'reads nothing through a proxy that sends %s',
    async (name) => {
      expect((await httpRig().ask('/api/v1/me', { headers: { [name]: '127.0.0.1' } })).status).toBe(401);
    },
  );

  test.each(['192.0.2.7', '10.0.0.1', '::ffff:192.0.2.7', 'fe80::1%eth0', ''])(
    'reads nothing from %j',
    async (peer) => {
      expect((await httpRig().ask('/api/v1/me', { peer })).status).toBe(401);
    },
  );

  test('IPv4 within IPv6 is this machine too', async () => {
    expect((await httpRig().ask('/api/v1/me', { peer: '::ffff:127.0.0.1' })).status).toBe(200);
  });

  test('nothing can be done, not even from here', async () => {
    const { ask, asked } = httpRig();

    const answer = await ask('/api/v1/runs/x/stop', { method: 'POST' });

    expect(answer.status).toBe(403);
    expect(asked).toEqual([]);
  });
});

describe('bearer tokens', () => {
  test('tell who asks', async () => {
    const { ask } = rigWithTokens();

    expect(await me(await ask('/api/v1/me', { ...as(TOKEN), ...elsewhere }))).toEqual({
      ...{ name: 'carol', role: 'approver', signedInBy: 'token' },
    });
  });

  test('that are wrong read nothing, on this machine neither', async () => {
    const answer = await rigWithTokens().ask('/api/v1/me', as('wrong-horse-battery-staple'));

    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toContain('Bearer');
    expect(await codeOf(answer)).toBe('NOT_SIGNED_IN');
  });

  test('are read again when their file has changed', async () => {
    const { ask, file } = rigWithTokens();
    await ask('/api/v1/me', as(TOKEN));
    writeFileSync(file, 'a-new-token-of-carol-1234');

    expect((await ask('/api/v1/me', as(TOKEN))).status).toBe(401);
    expect((await ask('/api/v1/me', as('a-new-token-of-carol-1234'))).status).toBe(200);
  });

  test('keep nobody else out when one file is gone', async () => {
    const { ask, logged } = rigWithTokens({
      access: {
        tokens: [
          { name: 'gone', role: 'admin', tokenFile: '/nonexistent/token' },
          { name: 'carol', role: 'approver', tokenFile: tokenFile() },
        ],
      },
    });

    expect((await ask('/api/v1/me', as(TOKEN))).status).toBe(200);
    expect(logged.join()).toContain('/nonexistent/token');
  });

  test('that are short, or can not be read, are refused at the start', async () => {
    const { parts } = httpRig();
    const settingsWith = (path: string) => ({
      ...parts.settings(),
      access: { tokens: [{ name: 'x', role: 'viewer' as const, tokenFile: path }] },
    });

    await expect(assertSecrets(settingsWith(tokenFile('short')))).rejects.toMatchObject({
      code: 'ACCESS_TOKEN_TOO_SHORT',
    });
    await expect(assertSecrets(settingsWith('/nonexistent'))).rejects.toMatchObject({
      code: 'ACCESS_TOKEN_UNREADABLE',
    });
    await assertSecrets(settingsWith(tokenFile()));
  });

  test('are not looked at for a minute after twenty wrong ones from an address', async () => {
    const { ask, pass, parts } = rigWithTokens();
    for (let n = 0; n < 20; n += 1)
      expect((await ask('/api/v1/me', { ...as(`wrong-token-number-${n}`), ...elsewhere })).status).toBe(401);

    const closed = await ask('/api/v1/me', { ...as(TOKEN), ...elsewhere });
    expect(closed.status).toBe(429);
    expect(closed.headers.get('Retry-After')).toBe('60');
    expect((await ask('/api/v1/me', as(TOKEN))).status).toBe(200);
    expect((await parts.history.audit({ limit: 5 })).map(({ what, note }) => `${what}: ${note}`)).toEqual([
      'refused: too many wrong tokens from 192.0.2.7',
    ]);
    pass(60_000);
    expect((await ask('/api/v1/me', { ...as(TOKEN), ...elsewhere })).status).toBe(200);
  });

  test('of whatever form are refused, and appear in no answer and no log', async () => {
    const { ask, logged } = rigWithTokens();
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }), async (text) => {
        fc.pre(text.trim() !== '' && text.trim() !== `Bearer ${TOKEN}`);
        n += 1;
        const peer = `198.51.${Math.floor(n / 250)}.${n % 250}`;
        for (const header of [text, `Bearer ${text}`, `Basic ${text}`]) {
          const answer = await ask('/api/v1/me', { headers: { Authorization: header }, peer });
          expect(answer.status).toBe(401);
          if (text.trim().length > 12) expect(await answer.text()).not.toContain(text.trim());
        }
      }),
    );
    expect(logged.filter((line) => line.startsWith('warn'))).toEqual([]);
  });
});

describe('a proxy', () => {
  const secret = 'the-secret-of-the-proxy-1';
  const proxyRig = (more: object = {}) =>
    httpRig({
      access: {
        proxy: {
          ...{
            userHeader: 'X-Forwarded-User',
            groupsHeader: 'X-Forwarded-Groups',
            trusted: ['10.1.0.0/16', 'fd00::/8'],
          },
          roles: { team: 'approver', ops: 'admin' },
          ...more,
        },
      },
    });
  const user = (groups: string, more: Record<string, string> = {}) => ({
    headers: { 'X-Forwarded-User': 'dora', 'X-Forwarded-Groups': groups, ...more },
  });

  test('vouches for users, who have the highest role of their groups', async () => {
    const answer = await proxyRig().ask('/api/v1/me', { ...user('team, ops,other'), peer: '10.1.2.3' });

    expect(await me(answer)).toEqual({ name: 'dora', role: 'admin', signedInBy: 'proxy' });
  });

  test.each(['10.2.0.1', '127.0.0.1', '::ffff:10.2.0.1', 'fe80::1'])('counts for nothing from %s', async (peer) => {
    expect((await proxyRig().ask('/api/v1/me', { ...user('ops'), peer })).status).toBe(401);
  });

  test.each(['fd00::7', '::ffff:10.1.255.1'])('is known by %s', async (peer) => {
    expect((await proxyRig().ask('/api/v1/me', { ...user('ops'), peer })).status).toBe(200);
  });

  test('vouches for nobody whose groups have no role, even if one is called like everybody', async () => {
    const answer = await proxyRig().ask('/api/v1/me', { ...user('other,*,constructor,__proto__'), peer: '10.1.2.3' });

    expect(answer.status).toBe(401);
    expect(((await answer.json()) as { detail: string }).detail).toContain('dora');
  });

  test('may give everybody a role', async () => {
    const answer = await proxyRig({ roles: { '*': 'viewer' } }).ask('/api/v1/me', { ...user(''), peer: '10.1.2.3' });

    expect((await me(answer)).role).toBe('viewer');
  });

  test('needs its secret where it has one', async () => {
    const { ask } = proxyRig({ secretFile: tokenFile(secret) });
    const from = { peer: '10.1.2.3' };

    expect((await ask('/api/v1/me', { ...user('ops'), ...from })).status).toBe(401);
    expect((await ask('/api/v1/me', { ...user('ops', { 'X-Winnow-Proxy-Secret': 'x' }), ...from })).status).toBe(401);
    expect((await ask('/api/v1/me', { ...user('ops', { 'X-Winnow-Proxy-Secret': secret }), ...from })).status).toBe(
      200,
    );
  });

  test.each(['10.0.0.0/33', '10.0.0.1/x', 'proxy.example', '10.0.0.0/8/8', ''])('has no range %j', async (range) => {
    const { parts } = httpRig();
    const proxy = { userHeader: 'a', groupsHeader: 'b', trusted: [range], roles: {} };

    await expect(assertSecrets({ ...parts.settings(), access: { tokens: [], proxy } })).rejects.toMatchObject({
      code: 'ACCESS_RANGE_INVALID',
    });
  });
});

describe('signing in with a browser', () => {
  const form = (fields: Record<string, string>, cookie?: string, more: Record<string, string> = {}) => ({
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(cookie !== undefined && { Cookie: cookie }),
      ...more,
    },
  });

  function browserRig() {
    const rig = rigWithTokens({
      parts: {
        pages: (app, { desk }) => {
          app.get('/login', (context) => context.text(context.get('csrf')));
          app.get('/', (context) => context.text(`${context.get('person')?.name} ${context.get('csrf')}`));
          app.post('/stop', async (context) => {
            const person = context.get('person');
            if (person !== undefined) await desk.stop('r1', person);
            return context.text('stopped');
          });
        },
      },
    });
    const csrf = async (cookie?: string) => {
      const headers = cookie === undefined ? {} : { Cookie: cookie };
      return await (await rig.ask('/login', { headers, ...elsewhere })).text();
    };
    const signIn = async (token: string, next = '/') =>
      await rig.ask('/login', { ...form({ token, next, csrf: await csrf() }), ...elsewhere });
    const cookieOf = (answer: Response) => (answer.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
    return { ...rig, csrf, signIn, cookieOf };
  }

  test('sets a cookie that no script can read, and goes on to where it was meant', async () => {
    const { signIn } = browserRig();

    const answer = await signIn(TOKEN, '/runs?state=waiting');

    expect(answer.status).toBe(303);
    expect(answer.headers.get('Location')).toBe('/runs?state=waiting');
    const cookie = answer.headers.get('Set-Cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/a\r\nX: y'])(
    'never goes on to %j',
    async (next) => {
      expect((await browserRig().signIn(TOKEN, next)).headers.get('Location')).toBe('/');
    },
  );

  test('knows who has the cookie, until its time, or that of the token, is over', async () => {
    const { ask, signIn, cookieOf, pass, file } = browserRig();
    const cookie = cookieOf(await signIn(TOKEN));
    const read = () => ask('/api/v1/me', { headers: { Cookie: cookie }, ...elsewhere });

    expect(await me(await read())).toEqual({ name: 'carol', role: 'approver', signedInBy: 'session' });
    writeFileSync(file, 'another-token-since-then');
    expect((await read()).status).toBe(401);
    writeFileSync(file, TOKEN);
    expect((await read()).status).toBe(200);
    pass(12 * 3_600_000);
    expect((await read()).status).toBe(401);
  });

  test('says no to a wrong token, and to a forged cookie', async () => {
    const { ask, signIn } = browserRig();
    const wrong = await signIn('wrong-horse-battery-staple');

    expect(wrong.headers.get('Location')).toBe('/login?wrong=1&next=%2F');
    expect(wrong.headers.get('Set-Cookie')).toBeNull();
    const forged = Buffer.from(JSON.stringify({ name: 'carol', token: 'x', untilMs: 9e15 })).toString('base64url');
    for (const value of [forged, `${forged}.`, `${forged}.AAAA`, 'x.y.z', '%00'])
      expect((await ask('/api/v1/me', { headers: { Cookie: `winnow_session=${value}` }, ...elsewhere })).status).toBe(
        401,
      );
  });

  test('sends who is nobody to the form', async () => {
    const { ask } = browserRig();

    const answer = await ask('/runs?state=done', { headers: { Accept: 'text/html' }, ...elsewhere });

    expect(answer.status).toBe(303);
    expect(answer.headers.get('Location')).toBe('/login?next=%2Fruns%3Fstate%3Ddone');
  });

  test('lets forms of its own pages through, and no others', async () => {
    const { ask, asked, signIn, cookieOf, csrf } = browserRig();
    const cookie = cookieOf(await signIn(TOKEN));
    const token = await csrf(cookie);
    const post = async (fields: Record<string, string>, more: Record<string, string> = {}) =>
      (await ask('/stop', { ...form(fields, cookie, more), ...elsewhere })).status;

    expect(await post({})).toBe(403);
    expect(await post({ csrf: await csrf() })).toBe(403);
    expect(await post({ csrf: `${token}x` })).toBe(403);
    expect(await post({ csrf: token }, { Origin: 'https://evil.example' })).toBe(403);
    expect(await post({ csrf: token }, { Origin: 'null' })).toBe(403);
    expect(await post({ csrf: token }, { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await post({ csrf: token }, { 'Sec-Fetch-Site': 'same-site' })).toBe(403);
    expect(asked).toEqual([]);
    expect(await post({ csrf: token }, { Origin: 'http://127.0.0.1:8080', 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    expect(await post({}, { 'X-CSRF-Token': token })).toBe(200);
    expect(asked).toEqual(['stop r1 by carol (approver)', 'stop r1 by carol (approver)']);
  });

  test('asks a cookie, but no token in a header, to prove its page', async () => {
    const { ask, signIn, cookieOf } = browserRig();
    const cookie = cookieOf(await signIn(TOKEN));

    const byCookie = await ask('/api/v1/runs/r/stop', { method: 'POST', headers: { Cookie: cookie }, ...elsewhere });
    const byToken = await ask('/api/v1/runs/r/stop', { method: 'POST', ...as(TOKEN), ...elsewhere });

    expect([byCookie.status, byToken.status]).toEqual([403, 202]);
  });

  test('forgets the cookie at the end', async () => {
    const { ask, signIn, cookieOf, csrf } = browserRig();
    const cookie = cookieOf(await signIn(TOKEN));

    const answer = await ask('/logout', { ...form({ csrf: await csrf(cookie) }, cookie), ...elsewhere });

    expect(answer.headers.get('Location')).toBe('/login');
    expect(answer.headers.get('Set-Cookie')).toMatch(/winnow_session=;.*Max-Age=0/);
  });
});
