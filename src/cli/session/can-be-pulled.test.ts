import { expect, test } from 'vitest';
import type { Digest } from '../../oci/digest.ts';
import type { RegistrySettings } from '../../systems/registry/index.ts';
import { registriesOf } from './can-be-pulled.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}` as Digest;
const OTHER = `sha256:${'cd'.repeat(32)}` as Digest;
const never = new AbortController().signal;
const found = { digest: DIGEST, mediaType: 'application/vnd.oci.image.manifest.v1+json', sizeBytes: 1 };

/** Registries that have what is listed as `host/repository`, under {@link DIGEST}; and a book of what was asked. */
function registries(having: readonly string[]) {
  const opened: RegistrySettings[] = [];
  const closed: string[] = [];
  const open = async (settings: RegistrySettings, signal: AbortSignal) => {
    opened.push(settings);
    signal.throwIfAborted();
    if (settings.url === 'away.example') throw new Error('connecting to away.example: connection refused');
    return {
      resolve: async (repository: string, reference: string) => {
        if (repository === 'secret') throw new Error('reading secret: 401 Unauthorized');
        return having.includes(`${settings.url}/${repository}`) && reference === DIGEST ? found : undefined;
      },
      close: async () => void closed.push(settings.url),
    };
  };
  return { opened, closed, open };
}

test('an image can be pulled when the registry of its name has that very digest', async () => {
  const { open } = registries(['a.example/team/app']);
  const { canBePulled } = registriesOf({}, {}, open);

  expect(await canBePulled(`a.example/team/app@${DIGEST}`, never)).toMatchObject({ has: true });
  expect(await canBePulled(`a.example/team/app@${OTHER}`, never)).toEqual({
    has: false,
    why: 'a.example does not have it any more',
  });
});

test('a name without a host is looked for where docker.io keeps its images', async () => {
  const { open } = registries(['registry-1.docker.io/library/busybox', 'registry-1.docker.io/team/app']);
  const { canBePulled } = registriesOf({}, {}, open);

  for (const name of ['busybox', 'docker.io/library/busybox', 'docker.io/busybox', 'team/app', 'docker.io/team/app'])
    expect(await canBePulled(`${name}@${DIGEST}`, never), name).toMatchObject({ has: true });
});

test('what can not be asked can not be pulled, and the reason is told', async () => {
  const { open } = registries([]);
  const { canBePulled } = registriesOf({}, {}, open);

  expect(await canBePulled(`away.example/app@${DIGEST}`, never)).toEqual({
    has: false,
    why: 'connecting to away.example: connection refused',
  });
  expect(await canBePulled(`a.example/secret@${DIGEST}`, never)).toEqual({
    has: false,
    why: 'reading secret: 401 Unauthorized',
  });
  expect(await canBePulled('a.example/app@sha256:short', never)).toMatchObject({ has: false });
});

test('each registry is opened once, also one that does not open, and all that opened are closed', async () => {
  const { open, opened, closed } = registries(['a.example/app']);
  const { canBePulled, close } = registriesOf({}, {}, open);
  for (const name of ['a.example/app', 'away.example/app', 'a.example/other', 'away.example/other'])
    await canBePulled(`${name}@${DIGEST}`, never);
  await close();

  expect(opened.map(({ url }) => url)).toEqual(['a.example', 'away.example']);
  expect(closed).toEqual(['a.example']);
});

test('a stop is a stop, and no answer about an image', async () => {
  const { open } = registries(['a.example/app']);
  const { canBePulled } = registriesOf({}, {}, open);

  await expect(canBePulled(`a.example/app@${DIGEST}`, AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
    'stopped',
  );
});

test.each([
  ['another registry', { url: 'https://own.example' }],
  ['no registry', {}],
])('user and password of settings that name %s go to nobody else, a file of credentials does', async (_, named) => {
  const { open, opened } = registries([]);
  const own = { username: 'robot', password: 'hunter2', credentialFiles: ['/run/auth.json'] };
  const { canBePulled } = registriesOf({ ...named, ...own }, {}, open);
  await canBePulled(`a.example/app@${DIGEST}`, never);
  await canBePulled(`own.example/app@${DIGEST}`, never);

  expect(opened[0]).toEqual({ url: 'a.example', credentialFiles: ['/run/auth.json'], env: {} });
  expect(opened[1]?.password).toBe('url' in named ? 'hunter2' : undefined);
});
