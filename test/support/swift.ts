import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

/** Debian's Python: another one on the PATH does not know Swift's modules. */
const PYTHON = '/usr/bin/python3';

/** What tests of an S3-compatible server need: hand these to `describeReal`. */
export const SWIFT_PROGRAMS = [
  'swift-proxy-server',
  'swift-account-server',
  'swift-container-server',
  'swift-object-server',
  'memcached',
] as const;

export interface Swift {
  /** `http://127.0.0.1:<port>`: the S3 endpoint. */
  readonly url: string;
  /** The one user: `test:tester`. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  log(): string;
  /** Ends the front alone: clients lose it, the data stays. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** OpenStack Swift with its S3 interface on loopback: one device, one copy of everything, ports of its own. Ends with the test file. */
export async function startSwift(): Promise<Swift> {
  const folder = makeTempFolder('swift');
  const ports = { account: 0, container: 0, object: 0, cache: 0, proxy: 0 };
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
  mkdirSync(join(folder, 'devices', 'd1'), { recursive: true });
  writeSettings(folder, ports);
  await makeRings(folder, ports);

  const memcached = programPath('memcached');
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const behind = await Promise.all([
    launch(memcached, ['-l', '127.0.0.1', '-p', `${ports.cache}`, '-U', '0', '-m', '16', ...user], ports.cache),
    ...backends.map((name) =>
      launch(programPath(`swift-${name}-server`), [settingsFile(folder, name), '-v'], ports[name]),
    ),
  ]);
  const serve = () => launch(programPath('swift-proxy-server'), [settingsFile(folder, 'proxy'), '-v'], ports.proxy);
  let proxy = await serve();
  return {
    url: `http://127.0.0.1:${ports.proxy}`,
    accessKeyId: 'test:tester',
    secretAccessKey: 'testing',
    region: 'us-east-1',
    log: () => [...behind, proxy].map((child) => child.log()).join(''),
    stop: async () => void (await proxy.stop()),
    restart: async () => {
      await proxy.stop();
      proxy = await serve();
    },
  };
}

const backends = ['account', 'container', 'object'] as const;

type Ports = Readonly<Record<'account' | 'container' | 'object' | 'cache' | 'proxy', number>>;

function settingsFile(folder: string, name: string): string {
  return join(folder, `${name}-server.conf`);
}

function launch(command: string, args: readonly string[], port: number): Promise<Child> {
  return startChild({
    command,
    args,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
    timeoutMs: 60_000,
    isReady: () => accepts(port),
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function writeSettings(folder: string, ports: Ports): void {
  const common = (port: number) => ({
    bind_ip: '127.0.0.1',
    bind_port: port,
    swift_dir: folder,
    workers: 0, // in one process: no children that could outlive it
    ...(process.getuid?.() === 0 ? { user: 'root' } : { user: process.env['USER'] ?? 'nobody' }),
  });
  for (const name of backends)
    writeFileSync(
      settingsFile(folder, name),
      ini({
        DEFAULT: {
          ...common(ports[name]),
          devices: join(folder, 'devices'),
          mount_check: false,
          disable_fallocate: true,
        },
        'pipeline:main': { pipeline: `${name}-server` },
        [`app:${name}-server`]: { use: `egg:swift#${name}`, allow_versions: true },
      }),
    );
  writeFileSync(settingsFile(folder, 'proxy'), ini({ DEFAULT: common(ports.proxy), ...proxySections(ports) }));
  writeFileSync(
    join(folder, 'swift.conf'),
    ini({
      'swift-hash': { swift_hash_path_prefix: 'winnow', swift_hash_path_suffix: 'test' },
      'storage-policy:0': { name: 'p0', default: 'yes' },
    }),
  );
}

/** The order of the filters is Swift's own; `gatekeeper`, `copy`, `slo` and `symlink` are what S3's copies, parts and versions rest on. */
function proxySections(ports: Ports): Sections {
  const plain = { 'proxy-logging': 'proxy_logging' } as Readonly<Record<string, string>>;
  const filters = [
    ...['catch_errors', 'gatekeeper', 'proxy-logging', 'cache', 'listing_formats', 'bulk', 's3api', 'tempauth'],
    ...['copy', 'slo', 'dlo', 'versioned_writes', 'symlink'],
  ];
  const own: Sections = {
    // Lets tests say when an object was written, by the header x-timestamp.
    gatekeeper: { shunt_inbound_x_timestamp: false },
    cache: { use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${ports.cache}` },
    s3api: { s3_acl: 'no', min_segment_size: 1 },
    tempauth: { user_test_tester: 'testing .admin' },
    versioned_writes: { allow_object_versioning: true },
  };
  return {
    'pipeline:main': { pipeline: [...filters, 'proxy-server'].join(' ') },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: true, allow_account_management: true },
    ...Object.fromEntries(
      filters.map((name) => [`filter:${name}`, { use: `egg:swift#${plain[name] ?? name}`, ...own[name] }]),
    ),
  };
}

type Sections = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

function ini(sections: Sections): string {
  return Object.entries(sections)
    .map(
      ([title, entries]) =>
        `[${title}]\n${Object.entries(entries)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join('')}`,
    )
    .join('\n');
}

/** Where each server's data lies: here always on the one device. */
async function makeRings(folder: string, ports: Ports): Promise<void> {
  const program = `
import sys
from swift.common.ring import RingBuilder
for name, port in (('account', ${ports.account}), ('container', ${ports.container}), ('object', ${ports.object})):
    ring = RingBuilder(1, 1, 0)
    ring.add_dev({'id': 0, 'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': port, 'device': 'd1', 'weight': 1.0})
    ring.rebalance()
    ring.get_ring().save(sys.argv[1] + '/' + name + '.ring.gz')
`;
  await run(PYTHON, ['-c', program, folder]);
}
