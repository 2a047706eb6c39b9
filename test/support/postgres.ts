import { execFile } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import connect from 'postgres';
import { atEnd } from './at-end.ts';
import type { Certificates } from './certificates.ts';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

/** The password in {@link Postgres.url}: fixed, so that tests can look for it where it must not be. */
export const POSTGRES_PASSWORD = 'winnow-test-password';

export interface Postgres {
  /** `postgres://winnow:<password>@127.0.0.1:<port>/postgres`. The user is a superuser. */
  readonly url: string;
  readonly port: number;
  /** Runs SQL, several statements at once if need be. @returns the rows of the (last) statement */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  log(): string;
  /** A clean, fast stop. */
  stop(): Promise<void>;
  /** SIGKILL: as in a crash; clients lose their connections without a word. */
  kill(): Promise<void>;
  /** Ends it if it still runs, and starts it again on the same port and data. */
  restart(): Promise<void>;
}

/** A PostgreSQL server of its own on loopback, with an empty database, scram passwords and no fsync. Ends with the test file. */
export async function startPostgres(options: { readonly tls?: Certificates } = {}): Promise<Postgres> {
  const owner = serverUser();
  const folder = makeTempFolder('postgres');
  const data = join(folder, 'data');
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  await initialise(folder, data, owner);
  const port = await freePort();
  const settings = [...baseSettings(port), ...tlsSettings(data, options.tls, owner)];
  const serve = () => launch(data, port, settings, owner);
  let child = await serve();

  async function end(how: 'stop' | 'kill'): Promise<void> {
    await child[how]();
  }
  atEnd(() => end('stop'));
  const url = urlOf(port);
  return {
    url,
    port,
    sql: (text) => query(url, text),
    log: () => child.log(),
    stop: () => end('stop'),
    kill: () => end('kill'),
    restart: async () => {
      await end('stop');
      child = await serve();
    },
  };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian made for it. */
function serverUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((user) => user.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('starting PostgreSQL as root: there is no user postgres');
  return { uid: Number(uid), gid: Number(gid) };
}

async function initialise(folder: string, data: string, owner: Owner | undefined): Promise<void> {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, POSTGRES_PASSWORD);
  const args = ['--no-sync', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--username=winnow'];
  await run(programPath('initdb'), [...args, '--encoding=UTF8', '--locale=C.UTF-8', '--pgdata', data], {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    ...owner,
  });
}

function launch(data: string, port: number, settings: readonly string[], owner: Owner | undefined): Promise<Child> {
  return startChild({
    command: programPath('postgres'),
    args: ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC' },
    cwd: data,
    stopSignal: 'SIGINT', // fast: open sessions are ended; SIGTERM would wait for them
    isReady: async () => (await query(urlOf(port), 'select 1')).length === 1,
    ...owner,
  });
}

function baseSettings(port: number): readonly string[] {
  const quick = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=32MB'];
  return [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=40', ...quick];
}

/** The server insists on a key that belongs to it and that nobody else can read. */
function tlsSettings(data: string, tls: Certificates | undefined, owner: Owner | undefined): readonly string[] {
  if (tls === undefined) return [];
  for (const [from, name] of [
    [tls.server.certificateFile, 'server.crt'],
    [tls.server.keyFile, 'server.key'],
  ] as const) {
    const file = join(data, name);
    copyFileSync(from, file);
    chmodSync(file, 0o600);
    if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  }
  return ['ssl=on', 'ssl_cert_file=server.crt', 'ssl_key_file=server.key'];
}

function urlOf(port: number): string {
  return `postgres://winnow:${POSTGRES_PASSWORD}@127.0.0.1:${port}/postgres`;
}

/** One connection a call: a pool would hold connections into restarts and kills. */
async function query(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = connect(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    return lastResult(await client.unsafe(text));
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** postgres.js gives a list of rows for one statement, a list of such lists for several. */
function lastResult(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  const list = result as readonly unknown[];
  const last = list.at(-1);
  return (Array.isArray(last) ? last : list) as readonly Readonly<Record<string, unknown>>[];
}
