import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { askHelper } from './credential-helper.ts';
import { bestKey, helperServer } from './credential-key.ts';
import { type Credential, type CredentialFile, credentialOf, readCredentialFile } from './docker-config.ts';
import { RegistryError } from './registry-error.ts';

/** A credential and, in words without any secret, where it came from. */
export interface FoundCredential {
  readonly credential: Credential;
  /** `the settings`, or `/home/me/.docker/config.json, auths of registry.example.com`. */
  readonly source: string;
}

export interface CredentialSettings {
  /** `host[:port]`. */
  readonly host: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A file that holds the password, or a token, and nothing else. */
  readonly passwordFile?: string | undefined;
  /** Files that the user names, or directories with a mounted pull secret. Each must exist. */
  readonly files: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The credentials of one registry. Files are read and helpers asked when they are first needed, and once. */
export interface Credentials {
  /** The first source that knows the registry wins; within it, the longest key that fits the repository. */
  find(repository?: string): Promise<FoundCredential | undefined>;
  /** The places that are searched, in order. */
  readonly searched: readonly string[];
}

/**
 * Sources in order: the user name and password of the settings; the files that the settings name; `REGISTRY_AUTH_FILE`; `$DOCKER_CONFIG/config.json`
 * or `~/.docker/config.json`; `$XDG_RUNTIME_DIR/containers/auth.json`. The first that has something for the registry wins.
 *
 * @param signal - ends what helpers are under way.
 * @throws {@link RegistryError} from `find`: REGISTRY_SETTINGS_INVALID, REGISTRY_CREDENTIALS_INVALID, REGISTRY_CREDENTIAL_HELPER_FAILED.
 */
export function openCredentials(settings: CredentialSettings, signal: AbortSignal): Credentials {
  const places = placesOf(settings);
  const ask = rememberingHelper(settings, signal);
  let own: Promise<FoundCredential | undefined> | undefined;
  let files: Promise<readonly CredentialFile[]> | undefined;

  return {
    searched: places.map((place) => place.path),
    async find(repository) {
      own ??= ownCredential(settings);
      const given = await own;
      if (given !== undefined) return given;
      files ??= readAll(places);
      for (const file of await files) {
        const found = await findInFile(file, settings.host, repository, ask);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

async function ownCredential(settings: CredentialSettings): Promise<FoundCredential | undefined> {
  const { username, password, passwordFile } = settings;
  if (username === undefined && password === undefined && passwordFile === undefined) return undefined;
  if (username === undefined || (password === undefined) === (passwordFile === undefined))
    throw new RegistryError(
      'REGISTRY_SETTINGS_INVALID',
      `finding the credentials of ${settings.host}: a user name and one password (or the file of one) are given together`,
      { hint: username === undefined ? 'name the user, too' : 'name the password, or a file that holds it; not both' },
    );
  if (passwordFile === undefined) return { credential: { username, password: password ?? '' }, source: 'the settings' };
  return {
    credential: { username, password: await readPassword(passwordFile) },
    source: `the settings, ${passwordFile}`,
  };
}

async function readPassword(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw invalid(path, failureWords(error), 'check the path of the password file', error);
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw invalid(path, 'it is empty', 'write the password into the file');
  return password;
}

interface Place {
  readonly path: string;
  /** The user named it, so it must be there. */
  readonly isNamed: boolean;
}

function placesOf({ files, env }: CredentialSettings): readonly Place[] {
  const named = [...files, env['REGISTRY_AUTH_FILE']].filter((path) => path !== undefined && path !== '');
  const docker = env['DOCKER_CONFIG'] || (env['HOME'] ? join(env['HOME'], '.docker') : undefined);
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    ...named.map((path) => ({ path: path as string, isNamed: true })),
    ...(docker === undefined ? [] : [{ path: join(docker, 'config.json'), isNamed: false }]),
    ...(runtime ? [{ path: join(runtime, 'containers', 'auth.json'), isNamed: false }] : []),
  ];
}

async function readAll(places: readonly Place[]): Promise<readonly CredentialFile[]> {
  const read: CredentialFile[] = [];
  for (const place of places) {
    const file = await readCredentialFile(place.path);
    if (file !== undefined) read.push(file);
    else if (place.isNamed) throw invalid(place.path, 'there is no such file', 'check the path');
  }
  return read;
}

type AskHelper = (name: string) => Promise<Credential | undefined>;

/** As docker does it: the host's own helper, then the store for all hosts, then what the file itself holds. */
async function findInFile(
  file: CredentialFile,
  host: string,
  repository: string | undefined,
  ask: AskHelper,
): Promise<FoundCredential | undefined> {
  const helperKey = bestKey(Object.keys(file.credHelpers), host);
  const helpers = [helperKey === undefined ? undefined : file.credHelpers[helperKey], file.credsStore];
  for (const name of helpers) {
    const credential = name ? await ask(name) : undefined;
    if (credential !== undefined) return { credential, source: `${file.path}, docker-credential-${name}` };
  }
  const keys = Object.keys(file.auths).filter((key) => Object.values(file.auths[key] ?? {}).some(Boolean));
  const key = bestKey(keys, host, repository);
  const credential = key === undefined ? undefined : credentialOf(file, key);
  return credential === undefined ? undefined : { credential, source: `${file.path}, auths of ${key}` };
}

function rememberingHelper(settings: CredentialSettings, signal: AbortSignal): AskHelper {
  const asked = new Map<string, Promise<Credential | undefined>>();
  return (name) => {
    const known = asked.get(name) ?? askHelper(name, helperServer(settings.host), { env: settings.env }, signal);
    asked.set(name, known);
    return known;
  };
}

function invalid(path: string, why: string, hint: string, cause?: unknown): RegistryError {
  return new RegistryError('REGISTRY_CREDENTIALS_INVALID', `reading credentials from ${path}: ${why}`, { hint, cause });
}
