import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultLimits, type Limits } from '../plan/limits.ts';
import { classOf } from '../policy/repository-class.ts';
import type { Flags } from './flags.ts';
import { type LoadedSettings, loadSettings } from './load.ts';
import { reconcilePolicy, recordsOfTags } from './reconcile-policy.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'winnow-load-'));
  mkdirSync(join(root, 'conf'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Given {
  readonly yaml?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Flags;
}

/** The file lies in a folder of its own, so that paths in it are told from those of flags. */
async function load({ yaml, env = {}, flags = {} }: Given): Promise<LoadedSettings> {
  if (yaml !== undefined) writeFileSync(join(root, 'conf/w.yaml'), yaml);
  const configPath = yaml === undefined ? undefined : 'conf/w.yaml';
  return await loadSettings({
    flags,
    env,
    cwd: root,
    home: '/home/me',
    configPath,
    systemFile: join(root, 'none.yaml'),
  });
}

describe('defaults', () => {
  test('without a file, a variable or a flag there are settings', async () => {
    const { settings, file, warnings } = await load({});
    expect(file).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(settings).toEqual({
      stateDir: '/home/me/.local/state/winnow',
      registry: {
        insecure: false,
        credentialFiles: [],
        repositories: [],
        capabilities: {},
        concurrency: 8,
        timeoutMs: 30_000,
        retries: 5,
        maxManifestBytes: 4 << 20,
      },
      defaultRepository: 'limepoint/opschain-runner-enterprise',
      records: [],
      tagRecords: [],
      reconcile: { classes: [], untagByOverwrite: false },
      store: { registries: [], cache: 'auto', readOnlySwitch: 'manual', restartRegistry: 'manual' },
      hardPrune: {
        mode: 'online',
        minBlobAgeMs: 86_400_000,
        graceMs: 86_400_000,
        holdMs: 7 * 86_400_000,
        checkAfterMs: 180_000,
        uploadAgeMs: 7 * 86_400_000,
        deleteUntagged: false,
        thorough: false,
        fsck: false,
        maxDeleteRatio: 0.3,
        maxDropShare: 0.1,
      },
      clusters: [],
      references: { aliases: [], defaultRegistries: [], bad: 'protect', customResources: [] },
      prune: {
        policy: { policies: [], minAgeMs: 86_400_000 },
        untagByOverwrite: false,
        keepIndexOfUsedChild: true,
        recheckClustersEveryMs: 60_000,
      },
      pruneImages: expect.objectContaining({ keepTagRevisions: 3 }),
      nodeGc: expect.objectContaining({ timeoutMs: 30_000 }),
      limits: { maxShare: 0.9, maxDropShare: 0.5 },
      plan: { expiresAfterMs: 86_400_000 },
      apply: { concurrency: 8, recheckRecordsEveryMs: 30_000, undoForMs: 30 * 86_400_000 },
      lease: { kind: 'file', ttlMs: 60_000 },
      serve: expect.objectContaining({ listen: { host: '127.0.0.1', port: 8080 }, basePath: '', schedules: [] }),
      events: [],
      log: { level: 'warn', format: 'text' },
    });
  });

  test('limits are those of plans, by default too', async () => {
    const limits: Limits = (await load({})).settings.limits;
    expect(limits).toMatchObject(defaultLimits);
  });

  test('state lies where XDG says, unless that is relative', async () => {
    expect((await load({ env: { XDG_STATE_HOME: '/var/state' } })).settings.stateDir).toBe('/var/state/winnow');
    expect((await load({ env: { XDG_STATE_HOME: 'state' } })).settings.stateDir).toBe('/home/me/.local/state/winnow');
  });
});

describe('precedence', () => {
  const yaml = 'registry: {url: file:5000, concurrency: 1, retries: 1, timeout: 1s}';
  const env = { WINNOW_REGISTRY_CONCURRENCY: '2', WINNOW_REGISTRY_RETRIES: '2' };

  test('flags over variables over file over defaults, each setting by itself', async () => {
    const { settings, origins } = await load({
      yaml: yaml.replace('file:5000', 'file.example:5000'),
      env,
      flags: { retries: '3' },
    });
    expect(settings.registry).toMatchObject({
      url: 'file.example:5000',
      timeoutMs: 1000,
      concurrency: 2,
      retries: 3,
      insecure: false,
    });
    const from = (path: string) => origins.find((one) => one.path === path);
    expect(from('registry.url')).toEqual({
      path: 'registry.url',
      value: '"file.example:5000"',
      origin: { from: 'file', file: 'conf/w.yaml', line: 1, column: 17 },
    });
    expect(from('registry.concurrency')).toEqual({
      path: 'registry.concurrency',
      value: '2',
      origin: { from: 'environment', variable: 'WINNOW_REGISTRY_CONCURRENCY' },
    });
    expect(from('registry.retries')).toMatchObject({ value: '3', origin: { from: 'flag', flag: '--retries' } });
    expect(from('registry.forceInsecure')).toMatchObject({ value: 'false', origin: { from: 'default' } });
  });

  test('lists are replaced, not joined: classes of flags put those of the file aside', async () => {
    const file =
      "records: [file:a.csv]\nreconcile: {classes: [{name: base, kind: protected, repositories: ['base/*']}]}";
    const { settings, origins } = await load({
      yaml: file,
      flags: { transient: ['steps/*'], records: ['file:b.csv'] },
    });
    expect(settings.reconcile.classes.map(({ name }) => name)).toEqual(['transient']);
    expect(settings.records.map(({ shown }) => shown)).toEqual(['file:b.csv']);
    expect(origins.find(({ path }) => path === 'reconcile.classes[0].name')?.origin).toEqual({
      from: 'flag',
      flag: '--transient',
    });
  });

  test('a variable fills a section that the file left empty', async () => {
    const { settings } = await load({ yaml: 'limits:\n', env: { WINNOW_LIMITS_MAX_DELETIONS: '7' } });
    expect(settings.limits.maxDeletions).toBe(7);
  });

  test('a secret is used and never shown', async () => {
    const { settings, origins } = await load({
      env: { WINNOW_REGISTRY_USERNAME: 'me', WINNOW_REGISTRY_PASSWORD: 'hunter2' },
    });
    expect(settings.registry.password).toBe('hunter2');
    expect(origins.find(({ path }) => path === 'registry.password')?.value).toBe('"***"');
  });
});

describe('paths', () => {
  test('in a file they begin at its folder, elsewhere at the working directory; ~ is the home directory', async () => {
    const { settings } = await load({
      yaml: `
stateDir: ~/state
registry: {certificateAuthority: ca.pem, username: me, passwordFile: /run/pw}
records:
  - file:records.csv
  - sqlite:../a.db?query=select 1
  - {from: http, url: 'https://x/', tokenFile: token, certificateAuthority: x/ca.pem}
events: [{to: file, path: events.ndjson}]`,
      flags: { clientCertificate: 'c.pem', clientKey: '~/k.pem' },
      env: { WINNOW_REGISTRY_AUTH_FILE: 'auth.json' },
    });
    const conf = join(root, 'conf');
    expect(settings.stateDir).toBe('/home/me/state');
    expect(settings.registry).toMatchObject({
      caFile: join(conf, 'ca.pem'),
      passwordFile: '/run/pw',
      certFile: join(root, 'c.pem'),
      keyFile: '/home/me/k.pem',
      credentialFiles: [join(root, 'auth.json')],
    });
    expect(settings.records.map(({ source }) => source)).toEqual([
      { kind: 'file', path: join(conf, 'records.csv') },
      { kind: 'sqlite', path: join(root, 'a.db'), query: 'select 1' },
      { kind: 'http', url: 'https://x/', tokenFile: join(conf, 'token'), caFile: join(conf, 'x/ca.pem') },
    ]);
    expect(settings.events).toEqual([{ to: 'file', path: join(conf, 'events.ndjson') }]);
  });

  test('short forms on the command line begin at the working directory', async () => {
    const { settings } = await load({ yaml: 'cluster: a', flags: { records: ['file:records.csv'] } });
    expect(settings.records[0]?.source).toEqual({ kind: 'file', path: join(root, 'records.csv') });
  });
});

test('sources of records become what opens them', async () => {
  const { settings } = await load({
    yaml: `
limits: {maxDropShare: 0.3}
records:
  - from: postgres
    name: changes
    url: postgres://me:hunter2@db/ops
    query: select 1
    columns: {id: change_id, status: state}
    active: [running]
    inactive: [done]
    maxDropShare: 10%
    sslMode: verify-full
    connectTimeout: 3s
    timeout: 1m
  - {from: sqlite, path: /a.db, query: select 2, timeout: 2s}
  - {from: file, path: /a, format: csv, items: data, maxSize: 1Mi, columns: {}}
  - {from: http, url: 'https://x/', paging: {style: page, size: 50}, retries: 1, maxPageSize: 1Mi, maxPages: 3}
tagRecords: [{repositories: ['a/*'], pattern: '(?<id>.*)', record: '{id}', source: changes}]`,
  });
  expect(settings.records).toEqual([
    {
      name: 'changes',
      countedAs: 'changes',
      maxDropShare: 0.1,
      shown: 'postgres://me:***@db/ops (and more in the settings file)',
      source: {
        kind: 'postgres',
        url: 'postgres://me:hunter2@db/ops',
        query: 'select 1',
        mapping: { id: 'change_id', status: 'state', active: ['running'], inactive: ['done'] },
        sslMode: 'verify-full',
        connectTimeoutMs: 3000,
        statementTimeoutMs: 60_000,
      },
    },
    {
      name: 'sqlite',
      countedAs: 'sqlite /a.db select 2',
      maxDropShare: 0.3,
      shown: 'sqlite:/a.db (and more in the settings file)',
      source: { kind: 'sqlite', path: '/a.db', query: 'select 2', busyTimeoutMs: 2000 },
    },
    {
      name: 'file',
      countedAs: 'file /a data',
      maxDropShare: 0.3,
      shown: 'file:/a (and more in the settings file)',
      source: { kind: 'file', path: '/a', format: 'csv', items: 'data', maxBytes: 1 << 20 },
    },
    {
      name: 'http',
      countedAs: 'http https://x/',
      maxDropShare: 0.3,
      shown: 'https://x/ (and more in the settings file)',
      source: {
        kind: 'http',
        url: 'https://x/',
        paging: { style: 'page', size: 50 },
        retries: 1,
        maxPageBytes: 1 << 20,
        maxPages: 3,
      },
    },
  ]);
  expect(recordsOfTags(settings)('reg/a/b', 'v1')).toEqual([{ source: 'changes', id: 'v1' }]);
});

test('flags alone are enough: the policy is ready', async () => {
  const { settings, warnings } = await load({
    flags: {
      registry: 'localhost:5000',
      records: ['file:records.csv'],
      transient: ['opschain/*'],
      whenNoRecord: 'retire',
      noRecordMinAge: '72h',
      retained: ['agents/*'],
      keepYoungerThan: '30d',
      protected: ['limepoint/**'],
    },
  });
  expect(warnings).toEqual([]);
  const policy = reconcilePolicy(settings);
  expect(classOf(policy, 'opschain/runner')).toEqual({
    kind: 'transient',
    name: 'transient',
    repositories: ['opschain/*'],
    whenNoRecord: 'retire',
    noRecordMinAgeMs: 72 * 3_600_000,
  });
  expect(classOf(policy, 'agents/a')).toMatchObject({
    kind: 'retained',
    keepYoungerThanMs: 30 * 86_400_000,
    onlyWhenRecordInactive: false,
  });
  expect(classOf(policy, 'limepoint/a/b')?.kind).toBe('protected');
  expect(classOf(policy, 'other')).toBeUndefined();
});

test('events and leases become what opens them', async () => {
  const { settings } = await load({
    yaml: `
events:
  - to: stdout
  - {to: postgres, url: 'postgres://db/x', certificateAuthority: /ca.pem}
  - {to: webhook, url: 'https://x/', tokenFile: /t, timeout: 3s}
lease: {kind: postgres, url: 'postgres://db/x', ttl: 30s}`,
  });
  expect(settings.events).toEqual([
    { to: 'stdout' },
    { to: 'postgres', url: 'postgres://db/x', table: 'winnow_events', timeoutMs: 10_000, caFile: '/ca.pem' },
    { to: 'webhook', url: 'https://x/', tokenFile: '/t', timeoutMs: 3000, retries: 3 },
  ]);
  expect(settings.lease).toEqual({ kind: 'postgres', url: 'postgres://db/x', ttlMs: 30_000 });
});
