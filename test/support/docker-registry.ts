import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashPassword } from './bcrypt.ts';
import type { Certificates } from './certificates.ts';
import { type Child, startChild } from './child.ts';
import { type Distribution, debiansDistribution } from './distributions.ts';
import { freePort } from './free-port.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

export interface DockerRegistryOptions {
  /** Which server. Default: Debian's. */
  readonly distribution?: Distribution;
  /** Whether content can be deleted. Default true (Distribution's own default is false). */
  readonly delete?: boolean;
  /** Maintenance mode: every write is refused with 405. Default: its settings do not speak of it. */
  readonly readOnly?: boolean;
  /** Its environment, which is stronger than its settings. Default: nothing of it. */
  readonly env?: Readonly<Record<string, string>>;
  /** The storage's root; `docker/registry/v2` lies below it. Default: a fresh temporary folder. */
  readonly folder?: string;
  /** Basic authentication for one user, or a token service (see `token-service.ts`). Default: open to all. */
  readonly auth?:
    | { readonly username: string; readonly password: string }
    | { readonly token: Readonly<Record<string, string>> };
  /** Serve HTTPS with the server's certificate. Default: plain HTTP. */
  readonly tls?: Certificates;
  /** Blob descriptor cache: its own, or one in Redis. Default `none`: what is on the disk is what it answers. */
  readonly cache?: 'inmemory' | 'none' | RedisAddress;
  /** More top-level settings of its configuration file. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

interface RedisAddress {
  /** `127.0.0.1:<port>`. */
  readonly addr: string;
  readonly password: string;
}

export interface DockerRegistry {
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  readonly url: string;
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  readonly folder: string;
  log(): string;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Ends it if it still runs, and starts it again on the same port and folder, with some options changed. */
  restart(changes?: DockerRegistryOptions): Promise<void>;
  /** Distribution's own collector over the same folder, as an oracle. @returns what it printed */
  garbageCollect(options?: { readonly deleteUntagged?: boolean; readonly dryRun?: boolean }): Promise<string>;
}

/** Debian's `docker-registry` (Distribution 2.8), or another Distribution, on loopback with a folder of its own. Ends with the test file. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = options.folder ?? makeTempFolder('registry');
  const settingsFolder = makeTempFolder('registry-settings');
  let current = options;
  const host = `127.0.0.1:${await freePort()}`;
  const url = `${options.tls === undefined ? 'http' : 'https'}://${host}`;
  const distribution = options.distribution ?? debiansDistribution;
  const serve = () =>
    launch(distribution.program(), writeSettings(settingsFolder, host, folder, current), url, current);
  let child = await serve();

  return {
    url,
    host,
    folder,
    log: () => child.log(),
    stop: async () => void (await child.stop()),
    kill: async () => void (await child.kill()),
    restart: async (changes = {}) => {
      await child.stop();
      current = { ...current, ...changes };
      child = await serve();
    },
    garbageCollect: async ({ deleteUntagged = false, dryRun = false } = {}) => {
      const flags = [...(deleteUntagged ? ['--delete-untagged'] : []), ...(dryRun ? ['--dry-run'] : [])];
      const args = ['garbage-collect', ...flags, join(settingsFolder, 'config.yml')];
      const { stdout } = await run(distribution.program(), args, { env: {}, maxBuffer: 64 << 20 });
      return stdout;
    },
  };
}

function launch(
  program: string,
  settingsFile: string,
  url: string,
  { env, tls }: DockerRegistryOptions,
): Promise<Child> {
  return startChild({
    command: program,
    args: ['serve', settingsFile],
    // Nothing of ours: REGISTRY_* would change its settings, and AWS_CA_BUNDLE makes it panic. 3 sends traces to whoever listens.
    env: { OTEL_TRACES_EXPORTER: 'none', ...env },
    isReady: () => answers(`${url}/v2/`, tls),
  });
}

/** Writes its configuration (JSON is YAML). Secrets are fixed: nothing here outlives the test. */
function writeSettings(folder: string, addr: string, root: string, options: DockerRegistryOptions): string {
  const { cache = 'none' } = options;
  const settings = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: root },
      delete: { enabled: options.delete ?? true },
      maintenance: { uploadpurging: { enabled: false }, ...readOnlySettings(options) },
      ...(cache === 'none' ? {} : { cache: { blobdescriptor: cache === 'inmemory' ? cache : 'redis' } }),
    },
    ...(typeof cache === 'string' ? {} : { redis: redisSettings(options.distribution, cache) }),
    http: {
      addr,
      secret: 'winnow-test',
      ...(options.tls === undefined
        ? {}
        : { tls: { certificate: options.tls.server.certificateFile, key: options.tls.server.keyFile } }),
    },
    ...authSettings(folder, options.auth),
    ...options.settings,
  };
  const file = join(folder, 'config.yml');
  writeFileSync(file, JSON.stringify(settings, undefined, 1));
  return file;
}

/** With this map in its settings it would take any form of the variable. */
function readOnlySettings({ readOnly = false }: DockerRegistryOptions): object {
  return readOnly ? { readonly: { enabled: true } } : {};
}

function redisSettings(distribution: Distribution | undefined, { addr, password }: RedisAddress): object {
  return distribution?.major === 3 ? { addrs: [addr], password } : { addr, password };
}

function authSettings(folder: string, auth: DockerRegistryOptions['auth']): object {
  if (auth === undefined) return {};
  if ('token' in auth) return { auth: { token: auth.token } };
  const path = join(folder, 'htpasswd');
  writeFileSync(path, `${auth.username}:${hashPassword(auth.password)}\n`);
  return { auth: { htpasswd: { realm: 'winnow-test', path } } };
}

/** Any HTTP answer will do: with authentication it is a 401. */
function answers(url: string, tls: Certificates | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const request =
      tls === undefined
        ? getHttp(url, { agent: false }, done)
        : getHttps(url, { agent: false, ca: readFileSync(tls.caFile) }, done);
    request.setTimeout(2000, () => request.destroy());
    request.once('error', () => resolve(false));

    function done(response: { resume(): unknown }): void {
      response.resume();
      resolve(true);
    }
  });
}
