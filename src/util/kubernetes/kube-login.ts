import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { proxyOfEnvironment } from '../env-proxy.ts';
import { messageOf } from '../pure/coded-error.ts';
import { readUrl } from '../pure/read-url.ts';
import { failureWords } from '../pure/system-failure.ts';
import { foreignText, KubeError } from './kube-error.ts';

export interface LoginSettings {
  /** A kubeconfig file. Absent: what kubectl would take, or the pod's own account inside of a cluster. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** A cluster's address, and how to prove who we are. */
export interface KubeLogin {
  /** `https://api.example:6443`, without a trailing slash, and without credentials. */
  readonly server: string;
  /** Goes through this proxy: the kubeconfig's `proxy-url`, else the environment's. It may hold a password. */
  readonly proxyUrl: string | undefined;
  /** Asked for each time: tokens of pods and plugins are renewed. @throws KubeError `login` */
  secrets(): Promise<KubeSecrets>;
}

export interface KubeSecrets {
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized?: boolean;
    readonly servername?: string;
  };
  /** Lower-case names: `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What client-node takes when it finds nothing at all. */
const NOTHING_FOUND = 'http://localhost:8080';

/** Reads the kubeconfig anew. @throws KubeError `settings` where it is none, or has no such context */
export async function loadLogin({ kubeconfig, context }: LoginSettings): Promise<KubeLogin> {
  // Loaded when it is needed: it is large.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const files = kubeconfig === undefined ? filesOfEnvironment() : [kubeconfig];
  const config = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  try {
    if (files.length === 0) config.loadFromDefault();
    for (const file of files) addFile(config, new KubeConfig(), file, tokenFiles);
    if (context !== undefined) {
      if (config.getContextObject(context) === null) throw new Error(`it has no context ${context}`);
      config.setCurrentContext(context);
    }
    const cluster = config.getCurrentCluster();
    const found = cluster?.server ?? '';
    if (found === '') throw new Error(noCluster(config));
    if (files.length === 0 && found === NOTHING_FOUND)
      throw new Error('there is none, and this is no pod of a cluster');
    if (readUrl(found) === undefined) throw new Error(`its server ${JSON.stringify(foreignText(found))} is no URL`);
    const url = new URL(found);
    const server = `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '');
    const read = () => secretsOf(config, server, tokenFiles);
    const isByPlugin = config.getCurrentUser()?.exec != null;
    const proxyUrl = proxyOf(cluster?.proxyUrl, url);
    return { server, proxyUrl, secrets: isByPlugin ? kept(read) : read };
  } catch (error) {
    const what = files.length === 0 ? 'the kubeconfig' : files.join(', ');
    throw new KubeError('settings', `reading ${what}: ${wordsOf(error)}`);
  }
}

/**
 * As client-go: what the kubeconfig says counts whatever `NO_PROXY` lists, then the environment.
 *
 * @throws Error where it is none that can be used; its text may hold a password, and is not shown
 */
function proxyOf(ofKubeconfig: string | undefined, server: URL): string | undefined {
  const proxy = ofKubeconfig || proxyOfEnvironment(server, process.env);
  if (proxy === undefined || /^https?:$/.test(readUrl(proxy)?.protocol ?? '')) return proxy;
  const from = ofKubeconfig ? 'its proxy-url' : 'the proxy that the environment names';
  throw new Error(`${from} is no URL of http:// or https://, and no others can be used`);
}

/** Plugins that don't say how long their token is good for would be run for each request. What is refused is asked for anew anyhow. */
const PLUGIN_KEPT_MS = 60_000;

function kept(read: () => Promise<KubeSecrets>): () => Promise<KubeSecrets> {
  let last: { readonly atMs: number; readonly secrets: Promise<KubeSecrets> } | undefined;
  return () => {
    if (last !== undefined && performance.now() - last.atMs < PLUGIN_KEPT_MS) return last.secrets;
    const secrets = read();
    last = { atMs: performance.now(), secrets };
    secrets.catch(() => {
      last = undefined;
    });
    return secrets;
  };
}

/** Parsers quote what they can't read, and that may be a credential: of it, only the place is told. */
function wordsOf(error: unknown): string {
  if (error instanceof TypeError) return 'it is no kubeconfig';
  if (!(error instanceof Error) || !/^YAML/.test(error.name)) return foreignText(failureWords(error));
  const { mark, linePos } = error as { mark?: { line?: number }; linePos?: readonly { line?: number }[] };
  const line = mark?.line === undefined ? linePos?.[0]?.line : mark.line + 1;
  return `it is no YAML${line === undefined ? '' : ` (line ${line})`}`;
}

/** As kubectl does it: those of the list that there are. */
function filesOfEnvironment(): readonly string[] {
  const files = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const there = files.filter((file) => existsSync(file));
  return there.length === 0 ? files.slice(0, 1) : there;
}

function noCluster(config: KubeConfig): string {
  const current = config.getCurrentContext() ?? '';
  if (current === '') return 'it has no current context: name one';
  const context = config.getContextObject(current);
  return context === null ? `it has no context ${current}` : `it has no server for its cluster ${context.cluster}`;
}

/** Of several files, the first that names something wins, as with kubectl. */
function addFile(config: KubeConfig, one: KubeConfig, file: string, tokenFiles: Map<string, string>): void {
  const text = readFileSync(file, 'utf8');
  one.loadFromString(text);
  one.makePathsAbsolute(dirname(file));
  if (!config.currentContext && one.currentContext) config.setCurrentContext(one.currentContext);
  config.clusters = [...config.clusters, ...newOnes(config.clusters, one.clusters)];
  for (const [user, path] of tokenFilesIn(text, dirname(file)))
    if (config.getUser(user) === null) tokenFiles.set(user, path);
  config.users = [...config.users, ...newOnes(config.users, one.users)];
  config.contexts = [...config.contexts, ...newOnes(config.contexts, one.contexts)];
}

function newOnes<T extends { readonly name: string }>(known: readonly T[], more: readonly T[]): readonly T[] {
  return more.filter(({ name }) => !known.some((one) => one.name === name));
}

/** `users[].user.tokenFile`, which client-node does not know. */
function tokenFilesIn(text: string, folder: string): readonly [string, string][] {
  const { users } = parse(text) as { users?: readonly { name?: string; user?: { tokenFile?: unknown } }[] | null };
  return (users ?? []).flatMap(({ name = '', user }): [string, string][] => {
    const path = user?.tokenFile;
    if (typeof path !== 'string' || path === '') return [];
    return [[name, isAbsolute(path) ? path : join(folder, path)]];
  });
}

async function secretsOf(
  config: KubeConfig,
  server: string,
  tokenFiles: ReadonlyMap<string, string>,
): Promise<KubeSecrets> {
  // As kubectl: no secret goes over a connection that anybody can read.
  if (server.startsWith('http:')) return { tls: {}, headers: {} };
  const options: Record<string, unknown> = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
    const tokenFile = tokenFiles.get(config.getCurrentUser()?.name ?? '');
    const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
    if (token !== undefined) Object.assign(options['headers'] as object, { Authorization: `Bearer ${token}` });
  } catch (error) {
    // What a plugin wrote may be a credential in part: of what can't be read as JSON, nothing is shown.
    const words = error instanceof SyntaxError ? 'the plugin’s answer is no JSON' : foreignText(messageOf(error));
    throw new KubeError('login', `getting a credential for ${server}: ${words}`);
  }
  return cleaned(options);
}

function cleaned({
  ca,
  cert,
  key,
  rejectUnauthorized,
  servername,
  headers,
  auth,
}: Record<string, unknown>): KubeSecrets {
  const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('utf8') : value);
  const basic = typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  const tls = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(([, value]) => value != null);
  const own = Object.entries(headers as Record<string, string>).map(([name, value]) => [
    name.toLowerCase(),
    value.trim(),
  ]);
  return {
    tls: Object.fromEntries(tls.map(([name, value]) => [name, text(value)])),
    headers: { ...Object.fromEntries(own), ...basic },
  };
}
