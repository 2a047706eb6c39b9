import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHider } from '../secrets.ts';
import type { PostgresRecords } from '../settings.ts';
import { postgresTarget } from './connection-settings.ts';
import { sslOption } from './tls.ts';

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
    sslOption(await target(url, settings));

  test('follows libpq', async () => {
    expect(await option({})).toBe('prefer');
    expect(await option({ sslMode: 'disable' })).toBe(false);
    expect(await option({ sslMode: 'require' })).toBe('require');
    expect(await option({ sslMode: 'verify-full' })).toEqual({ rejectUnauthorized: true, host: '127.0.0.1' });
    expect(await option({ sslMode: 'verify-full', socketFolder: '/run/postgresql' })).toBe(false);
    expect(await option({ sslMode: 'verify-ca' })).toMatchObject({ checkServerIdentity: expect.any(Function) });
    await expect(option({ sslMode: 'require', caFile: '/absent' })).rejects.toMatchObject({
      code: 'RECORDS_SECRET_UNREADABLE',
    });
  });
});
