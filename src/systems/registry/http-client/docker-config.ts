import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { RegistryError } from './registry-error.ts';

/** What proves to a registry who we are. */
export type Credential =
  | { readonly username: string; readonly password: string }
  /** An OAuth2 refresh token, to be exchanged for bearer tokens. */
  | { readonly identityToken: string }
  /** A bearer token that is sent as it is. */
  | { readonly registryToken: string };

/**
 * A file of credentials as container tools write them. Docker's and podman's, and Kubernetes' `.dockerconfigjson`:
 *
 *     { "auths":       { "host[/path]": { "auth": base64("user:password"), "identitytoken", "registrytoken", "username", "password" } },
 *       "credHelpers": { "host": "name" },     → docker-credential-name, for this host
 *       "credsStore":  "name" }                → docker-credential-name, for all others
 *
 * or the legacy `.dockercfg`: what is below `auths`, alone.
 */
export interface CredentialFile {
  readonly path: string;
  readonly auths: Readonly<Record<string, StoredAuth>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore: string | undefined;
}

const StoredAuth = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});
export type StoredAuth = z.infer<typeof StoredAuth>;

const Config = z.object({
  auths: z.record(z.string(), StoredAuth).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});
const Legacy = z.record(z.string(), StoredAuth);

/** Names that credentials have inside of a mounted secret. */
const NAMES_IN_SECRET = ['.dockerconfigjson', '.dockercfg', 'config.json', 'auth.json'];

/**
 * @param path - a file, or a directory that a pull secret is mounted on.
 * @returns `undefined` when there is none.
 * @throws {@link RegistryError} REGISTRY_CREDENTIALS_INVALID when it cannot be read or understood.
 */
export async function readCredentialFile(path: string): Promise<CredentialFile | undefined> {
  const file = await locate(path);
  if (file === undefined) return undefined;
  const text = await textOf(file);
  if (text === undefined) return undefined;
  // An empty auth.json is what `podman logout` of the last host may leave.
  return text.trim() === '' ? fileOf(file, {}) : parse(file, text);
}

async function locate(path: string): Promise<string | undefined> {
  if (!(await isDirectory(path))) return path;
  for (const name of NAMES_IN_SECRET) {
    const file = join(path, name);
    if ((await textOf(file)) !== undefined) return file;
  }
  return undefined;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw invalid(path, failureWords(error), error);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw invalid(path, failureWords(error), error);
  }
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function parse(path: string, text: string): CredentialFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own words quote the text, and with it a password.
    throw invalid(path, 'it is not JSON');
  }
  const isLegacy = path.endsWith('.dockercfg') || !hasConfigKey(json);
  const legacy = isLegacy ? Legacy.safeParse(json) : undefined;
  if (legacy?.success === true) return fileOf(path, { auths: legacy.data });
  const config = Config.safeParse(json);
  if (config.success) return fileOf(path, config.data);
  throw invalid(path, `${config.error.issues[0]?.path.join('.') || 'it'} is not as docker or podman write it`);
}

function hasConfigKey(json: unknown): boolean {
  return typeof json === 'object' && json !== null && ['auths', 'credHelpers', 'credsStore'].some((key) => key in json);
}

function fileOf(path: string, config: z.infer<typeof Config>): CredentialFile {
  return {
    path,
    auths: config.auths ?? {},
    credHelpers: config.credHelpers ?? {},
    credsStore: config.credsStore ?? undefined,
  };
}

/**
 * The credential in an entry of `auths`. @returns `undefined` for a placeholder, as docker leaves it for its store.
 * @throws {@link RegistryError} REGISTRY_CREDENTIALS_INVALID naming file and key, never the content.
 */
export function credentialOf(file: CredentialFile, key: string): Credential | undefined {
  const stored = file.auths[key];
  if (stored === undefined) return undefined;
  if (stored.identitytoken) return { identityToken: stored.identitytoken };
  if (stored.registrytoken) return { registryToken: stored.registrytoken };
  if (stored.auth) {
    const decoded = Buffer.from(stored.auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 1) throw invalid(file.path, `the auth of ${key} is not the base64 of user:password`);
    // Docker pads some of them with zero bytes.
    return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
  }
  if (stored.username) return { username: stored.username, password: stored.password ?? '' };
  return undefined;
}

function invalid(path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('REGISTRY_CREDENTIALS_INVALID', `reading credentials from ${path}: ${why}`, { cause });
}
