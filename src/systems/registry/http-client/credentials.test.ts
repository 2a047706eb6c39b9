import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { type CredentialSettings, openCredentials } from './credentials.ts';

const HOST = 'registry.example.com:5000';
const never = new AbortController().signal;
const basic = (text: string) => Buffer.from(text).toString('base64');

let home: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  home = makeTempFolder('home');
  env = { HOME: home, PATH: `${join(home, 'bin')}:/usr/bin:/bin` };
});

function write(path: string, content: unknown): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function helper(name: string, script: string): void {
  chmodSync(write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

function find(settings: Partial<CredentialSettings> = {}, repository?: string) {
  return openCredentials({ host: HOST, files: [], env, ...settings }, never).find(repository);
}

const authsFor = (user: string) => ({ auths: { [HOST]: { auth: basic(`${user}:pw`) } } });
const userOf = async (settings: Partial<CredentialSettings> = {}, repository?: string) => {
  const found = await find(settings, repository);
  return found !== undefined && 'username' in found.credential ? found.credential.username : undefined;
};

describe('where credentials are looked for', () => {
  test('nowhere to be found is none', async () => {
    expect(await find()).toBeUndefined();
    expect(await find({ env: {} })).toBeUndefined();
  });

  test('each source goes before the next: settings, named files, REGISTRY_AUTH_FILE, docker, podman', async () => {
    const named = write('named.json', authsFor('named'));
    env['REGISTRY_AUTH_FILE'] = write('auth-file.json', authsFor('auth-file'));
    env['DOCKER_CONFIG'] = dirname(write('docker/config.json', authsFor('docker')));
    env['XDG_RUNTIME_DIR'] = dirname(dirname(write('run/containers/auth.json', authsFor('podman'))));

    expect(await userOf({ username: 'settings', password: 'pw', files: [named] })).toBe('settings');
    expect(await userOf({ files: [named] })).toBe('named');
    expect(await userOf()).toBe('auth-file');
    delete env['REGISTRY_AUTH_FILE'];
    expect(await userOf()).toBe('docker');
    delete env['DOCKER_CONFIG'];
    expect(await userOf()).toBe('podman');
  });

  test("docker's file lies in the home directory by default", async () => {
    write('.docker/config.json', authsFor('home'));

    const found = await find();

    expect(found).toEqual({
      credential: { username: 'home', password: 'pw' },
      source: `${join(home, '.docker/config.json')}, auths of ${HOST}`,
    });
  });

  test('a file that does not know the registry leaves it to the next', async () => {
    const named = write('named.json', { auths: { 'other.example.com': { auth: basic('other:pw') } } });
    write('.docker/config.json', authsFor('home'));

    expect(await userOf({ files: [named] })).toBe('home');
  });

  test.each(['.dockerconfigjson', 'config.json', 'auth.json'])(
    'a mounted pull secret may be a directory with %s',
    async (name) => {
      const directory = dirname(write(`secret/${name}`, authsFor('secret')));

      expect(await userOf({ files: [directory] })).toBe('secret');
    },
  );

  test('a legacy .dockercfg is read, in a directory and by itself', async () => {
    const file = write('secret/.dockercfg', {
      [`https://${HOST}`]: { username: 'legacy', password: 'pw', email: 'a@b' },
    });

    expect(await userOf({ files: [dirname(file)] })).toBe('legacy');
    expect(await userOf({ files: [file] })).toBe('legacy');
  });

  test('the same content under another name is read, too', async () => {
    expect(await userOf({ files: [write('pull.json', { [HOST]: { auth: basic('legacy:pw') } })] })).toBe('legacy');
  });

  test('a password may come from a file, whose last newline does not count', async () => {
    const found = await find({ username: 'me', passwordFile: write('password', ' pass word \n') });

    expect(found?.credential).toEqual({ username: 'me', password: ' pass word ' });
  });

  test('the places that are searched are told, without reading them', () => {
    env['XDG_RUNTIME_DIR'] = '/run/user/1';

    expect(openCredentials({ host: HOST, files: ['/a.json'], env }, never).searched).toEqual([
      '/a.json',
      join(home, '.docker/config.json'),
      '/run/user/1/containers/auth.json',
    ]);
  });
});

describe('what a file may hold', () => {
  const credentialIn = async (config: unknown, repository?: string) => {
    write('.docker/config.json', config);
    return (await find({}, repository))?.credential;
  };

  test('user and password as base64, with colons in the password and zero bytes behind it', async () => {
    expect(await credentialIn({ auths: { [HOST]: { auth: basic('me:a:b\0\0') } } })).toEqual({
      username: 'me',
      password: 'a:b',
    });
  });

  test('user and password as they are', async () => {
    expect(await credentialIn({ auths: { [HOST]: { username: 'me', password: 'pw' } } })).toEqual({
      username: 'me',
      password: 'pw',
    });
  });

  test('an identity token, which goes before the user that stands beside it', async () => {
    const stored = { auth: basic('00000000-0000-0000-0000-000000000000:'), identitytoken: 'idtoken' };

    expect(await credentialIn({ auths: { [HOST]: stored } })).toEqual({ identityToken: 'idtoken' });
  });

  test('a registry token', async () => {
    expect(await credentialIn({ auths: { [HOST]: { registrytoken: 'regtoken' } } })).toEqual({
      registryToken: 'regtoken',
    });
  });

  test('one for a part of the repositories, of which the longest path fits best', async () => {
    const auths = {
      [HOST]: { auth: basic('all:pw') },
      [`${HOST}/team`]: { auth: basic('team:pw') },
      [`${HOST}/team/app`]: { auth: basic('app:pw') },
    };
    write('.docker/config.json', { auths });

    expect(await userOf({}, 'team/app/web')).toBe('app');
    expect(await userOf({}, 'team/web')).toBe('team');
    expect(await userOf({}, 'teams')).toBe('all');
    expect(await userOf()).toBe('all');
  });

  test('a placeholder, which is none', async () => {
    expect(await credentialIn({ auths: { [HOST]: {} } })).toBeUndefined();
  });

  test.each([{}, '', ' \n', { auths: null }, { HttpHeaders: { 'User-Agent': 'x' }, currentContext: 'y' }])(
    'nothing of the kind: %j',
    async (config) => expect(await credentialIn(config)).toBeUndefined(),
  );

  test("the host's own helper, the store for all hosts, and auths, in this order", async () => {
    helper('own', `echo '{"Username":"own","Secret":"pw"}'`);
    helper('store', `echo '{"Username":"store","Secret":"pw"}'`);
    helper('nothing', 'echo "credentials not found in native keychain"; exit 1');
    const auths = authsFor('auths').auths;
    const user = (config: unknown) => {
      write('.docker/config.json', config);
      return userOf();
    };

    expect(await user({ auths, credHelpers: { [HOST]: 'own' }, credsStore: 'store' })).toBe('own');
    expect(await user({ auths, credHelpers: { [HOST]: 'nothing' }, credsStore: 'store' })).toBe('store');
    expect(await user({ auths, credHelpers: { 'other.example.com': 'own' }, credsStore: 'nothing' })).toBe('auths');
  });

  test('a helper is asked once, however often its answer is needed', async () => {
    helper('counting', `echo x >> ${home}/calls; echo '{"Username":"u","Secret":"pw"}'`);
    write('.docker/config.json', { credsStore: 'counting' });
    const credentials = openCredentials({ host: HOST, files: [], env }, never);

    const found = await Promise.all([credentials.find('a'), credentials.find('b'), credentials.find()]);

    expect(found.map((each) => each?.source)).toEqual(
      Array(3).fill(`${join(home, '.docker/config.json')}, docker-credential-counting`),
    );
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(home, 'calls'), 'utf8')).toBe('x\n');
  });
});

describe('credentials that cannot be read', () => {
  test.each([
    ['no JSON', '{"auths": {"x": hunter2secret', 'not JSON'],
    ['another shape', { auths: { [HOST]: { auth: { hunter2secret: 1 } } } }, 'not as docker or podman write it'],
    ['no base64 of user:password', { auths: { [HOST]: { auth: basic('hunter2secret') } } }, 'not the base64'],
    ['a list', '["hunter2secret"]', 'not as docker or podman write it'],
  ])('%s: the file is told, and nothing of what is in it', async (_, content, why) => {
    const file = write('.docker/config.json', content);

    const failure = await find().catch((error) => error);

    expect(failure).toMatchObject({ code: 'REGISTRY_CREDENTIALS_INVALID', message: expect.stringContaining(why) });
    expect(failure.message).toContain(file);
    expect(`${failure.message} ${failure.hint} ${failure.cause}`).not.toContain('hunter2secret');
    expect(failure.message).not.toContain(basic('hunter2secret'));
  });

  test("what is wrong with another host's entry does not matter", async () => {
    write('.docker/config.json', { auths: { ...authsFor('me').auths, 'other.example.com': { auth: '????' } } });

    expect(await userOf()).toBe('me');
  });

  test('a file that was named must be there', async () => {
    const missing = join(home, 'missing.json');

    await expect(find({ files: [missing] })).rejects.toMatchObject({ code: 'REGISTRY_CREDENTIALS_INVALID' });
    env['REGISTRY_AUTH_FILE'] = missing;
    await expect(find()).rejects.toThrow(`reading credentials from ${missing}: there is no such file`);
  });

  test('a directory without a pull secret in it is told, too', async () => {
    await expect(find({ files: [home] })).rejects.toMatchObject({ code: 'REGISTRY_CREDENTIALS_INVALID' });
  });

  test('a password file that is missing or empty is told', async () => {
    await expect(find({ username: 'me', passwordFile: join(home, 'none') })).rejects.toThrow(
      /: no such file or directory$/,
    );
    await expect(find({ username: 'me', passwordFile: write('empty', '\n') })).rejects.toThrow(/it is empty/);
  });

  test.each([{ username: 'me' }, { password: 'pw' }, { username: 'me', password: 'pw', passwordFile: '/f' }])(
    'half a credential, or one and a half, is a mistake in the settings: %j',
    async (settings) => {
      await expect(find(settings)).rejects.toMatchObject({ code: 'REGISTRY_SETTINGS_INVALID' });
    },
  );
});
