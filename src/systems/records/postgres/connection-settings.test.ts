import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHider } from '../secrets.ts';
import type { PostgresRecords } from '../settings.ts';
import { postgresTarget } from './connection-settings.ts';
import { protectionOf } from './tls.ts';

const target = (url: string, settings: Partial<PostgresRecords> = {}) =>
  postgresTarget({ kind: 'postgres', url, query: 'select 1', ...settings }, createHider());

afterEach(() => vi.unstubAllEnvs());

describe('where and as whom to connect', () => {
  test('is what the URL says, percent-decoded, before the environment', async () => {
    vi.stubEnv('PGHOST', 'other');
    vi.stubEnv('PGPASSWORD', 'other');
    expect(await target('postgres://a%40b:p%2Fw%@[::1]:5433/my%20shop')).toMatchObject({
      host: '::1',
      port: 5433,
      user: 'a@b',
      password: 'p%2Fw%', // a bare % : nothing is decoded
      database: 'my shop',
      sslMode: 'prefer',
    });
    expect(await target('postgres://me:p%2Fw@db/shop')).toMatchObject({ password: 'p/w', port: 5432 });
  });

  test("is completed by libpq's variables", async () => {
    for (const [name, value] of Object.entries({
      HOST: 'db',
      PORT: '6000',
      USER: 'me',
      DATABASE: 'shop',
      PASSWORD: 'pw',
      SSLMODE: 'require',
    }))
      vi.stubEnv(`PG${name}`, value);
    expect(await target('postgres://')).toEqual({
      host: 'db',
      port: 6000,
      user: 'me',
      database: 'shop',
      password: 'pw',
      sslMode: 'require',
      caFile: undefined,
      shown: 'postgres://me@db:6000/shop',
    });
  });

  test('may be the folder of a socket', async () => {
    expect((await target('postgres://me@/shop', { socketFolder: '/run/postgresql' })).host).toBe('/run/postgresql');
  });
});

describe('how far TLS goes', () => {
  const option = async (settings: Partial<PostgresRecords>, url = 'postgres://me@127.0.0.1/shop') =>
    protectionOf(await target(url, settings));

  test('follows libpq', async () => {
    const unverified = { rejectUnauthorized: false };
    expect(await option({})).toEqual({ ifPossible: true, options: unverified });
    expect(await option({ sslMode: 'require' })).toEqual({ ifPossible: false, options: unverified });
    expect(await option({ sslMode: 'verify-full' })).toEqual({
      ifPossible: false,
      options: { rejectUnauthorized: true },
    });
    expect(await option({ sslMode: 'verify-ca' })).toMatchObject({
      options: { checkServerIdentity: expect.any(Function) },
    });
    expect(await option({ sslMode: 'disable' })).toBeUndefined();
    expect(await option({ sslMode: 'verify-full', socketFolder: '/run/postgresql' })).toBeUndefined();
    await expect(option({ sslMode: 'require', caFile: '/absent' })).rejects.toMatchObject({
      code: 'RECORDS_SECRET_UNREADABLE',
    });
  });
});
