import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import {
  type RegistryServer,
  type SeenRequest,
  startRegistryServer,
} from '../../src/demo/registry-server/start-registry-server.ts';
import { writeRecords } from '../../src/demo/world/records-database.ts';
import { atEnd } from '../support/at-end.ts';
import { type PushedImage, pushImage, pushTag } from '../support/push-image.ts';
import { readTags } from '../support/registry-view.ts';
import { describeReal, programPath } from '../support/requirements.ts';
import { builtCli, type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);

/** A small company: four tags of transient changes, a protected base, and something that nobody claims. */
const ROWS = [
  { id: '1', repository: 'team/app', tag: 'done', status: 'archived' },
  { id: '2', repository: 'team/app', tag: 'live', status: 'running' },
  { id: '3', repository: 'team/app', tag: 'shared-done', status: 'archived' },
  { id: '4', repository: 'team/app', tag: 'shared-live', status: 'running' },
  { id: '5', repository: 'keep/base', tag: 'v1', status: 'archived' },
];
const TAGS = [
  'keep/base:v1',
  'other/thing:x',
  'team/app:done',
  'team/app:live',
  'team/app:shared-done',
  'team/app:shared-live',
];
const BASE = 'b'.repeat(5000);

const folder = makeTempFolder('commands');
const home = makeTempFolder('home');
const seen: SeenRequest[] = [];
let registry: RegistryServer;
let images: Readonly<Record<'done' | 'live' | 'shared' | 'base' | 'other', PushedImage>>;

const recordsFile = join(folder, 'records.csv');
const settingsFile = join(folder, 'winnow.yaml');
const quietFile = join(folder, 'quiet.yaml');
const eventsFile = join(folder, 'events.ndjson');

beforeAll(async () => {
  builtCli();
  registry = await startRegistryServer({ folder: makeTempFolder('registry'), onRequest: (one) => seen.push(one) });
  atEnd(() => registry.close());
  const push = (repository: string, tag: string, ...layers: readonly string[]) =>
    pushImage(registry.url, repository, { tag, layers, label: tag });
  images = {
    done: await push('team/app', 'done', BASE, 'd'.repeat(1000)),
    live: await push('team/app', 'live', BASE, 'l'.repeat(2000)),
    shared: await push('team/app', 'shared-done', BASE, 's'.repeat(300)),
    base: await push('keep/base', 'v1', BASE),
    other: await push('other/thing', 'x', 'o'.repeat(70)),
  };
  await pushTag(registry.url, 'team/app', 'shared-live', images.shared);
  writeFileSync(recordsFile, csv());
  writeFileSync(settingsFile, settings());
  writeFileSync(quietFile, settings('[]'));
});

describe('reconcile', () => {
  test('a dry run asks, and changes nothing but for two probes that nothing answers to', async () => {
    const before = seen.length;
    const { code, stdout, stderr } = await winnow('reconcile', '-o', 'json', '--show-kept');
    const writing = seen.slice(before).filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(writing.filter(({ method }) => method !== 'DELETE')).toEqual([]);
    expect(writing.length).toBeLessThanOrEqual(2);
    expect(writing.filter(({ status }) => status < 400)).toEqual([]);
    expect(await tags()).toEqual(TAGS);

    const plan = JSON.parse(stdout);
    expect(plan).toMatchObject({ kind: 'Plan', cluster: 'prod-eu', registry: registry.host, gaps: [], broken: [] });
    expect(plan.counts).toEqual({ found: 6, live: 2, removed: 1, kept: 5 });
    expect(plan.keptByReason).toEqual(KEPT_BY_REASON);
    const app = plan.repositories.find((one: { repository: string }) => one.repository === 'team/app');
    expect(app).toMatchObject({ class: 'steps', found: 4, live: 2, removed: 1 });
    expect(
      plan.actions.map(({ do: what, target, reason, freesBytes }: Action) => [what, target, reason, freesBytes]),
    ).toEqual([
      ['delete-tag', `${registry.host}/team/app:done`, 'inactive-record', expect.any(Number)],
      ['delete-manifest', `${registry.host}/team/app@${images.done.digest}`, 'unreferenced', expect.any(Number)],
    ]);
    expect(plan.freesBytes).toBe(1000 + images.done.config.size);
    expect(plan.kept.map(({ target, reason }: Action) => [withoutHost(target), reason]).sort()).toEqual([
      ['keep/base:v1', 'protected-repository'],
      ['other/thing:x', 'unknown-repository'],
      ['team/app:live', 'active-record'],
      ['team/app:shared-done', 'shares-digest'],
      ['team/app:shared-live', 'active-record'],
    ]);
  });

  test('table, wide, YAML and Markdown tell the same, without a colour, and stdout holds nothing else', async () => {
    const runs = await Promise.all(
      ['table', 'wide', 'yaml', 'markdown'].map((format) => apart('reconcile', '-o', format)),
    );
    const [table, wide, yaml, markdown] = runs.map(({ stdout }) => stdout);

    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']));
    expect(runs.map(({ stdout }) => stdout).join('')).not.toContain('\u001b');
    expect(table).toMatch(/^DRY RUN: nothing was deleted\n/);
    expect(table).toMatch(/team\/app +steps +4 +2 +1 +3 /);
    expect(table).toContain('Cluster:   prod-eu');
    expect(wide).toContain(`registry ${registry.host}`);
    expect(parseYaml(yaml ?? '')).toMatchObject({
      kind: 'Plan',
      counts: { found: 6, removed: 1 },
      actions: [{ n: 1 }, { n: 2 }],
    });
    expect(markdown).toMatch(/^## /);
    expect(markdown).toMatch(/\| `team\/app` \|/);
  });

  test('records from JSON, YAML, SQLite and HTTP decide the same as those from CSV', async () => {
    const forms = await Promise.all(['json', 'yaml', 'sqlite', 'http'].map(recordsIn));
    const runs = await Promise.all(forms.map((records) => apart('reconcile', '-o', 'json', '--records', records)));

    for (const [n, { code, stdout, stderr }] of runs.entries()) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { records, counts, keptByReason } = JSON.parse(stdout);
      expect({ records, counts, keptByReason }).toEqual({
        records: [forms[n]],
        counts: { found: 6, live: 2, removed: 1, kept: 5 },
        keptByReason: KEPT_BY_REASON,
      });
    }
  });

  test('a plan is saved, shown, applied, told of, and taken back', async () => {
    const file = join(folder, 'plan.jsonl');
    const planned = await winnow('reconcile', '--plan-out', file);
    expect(planned.stdout).toContain(`Next: winnow apply ${file} --confirm`);
    const shown = await winnow('apply', file, '-o', 'json');
    expect([shown.code, JSON.parse(shown.stdout).actions.length]).toEqual([0, 2]);
    expect(await tags()).toEqual(TAGS);

    const applied = await winnow('apply', file, '--confirm', '-o', 'json');
    expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(applied.stdout);
    expect(report).toMatchObject({ kind: 'RunReport', outcome: 'success', counts: { done: 2, failed: 0, skipped: 0 } });
    expect(await tags()).toEqual(TAGS.filter((tag) => tag !== 'team/app:done'));

    const listed = JSON.parse((await winnow('run', 'ls', '-o', 'json')).stdout);
    expect(listed.items).toEqual([expect.objectContaining({ runId: report.runId, status: 'ended', planned: 2 })]);
    const one = JSON.parse((await winnow('run', 'show', 'last', '-o', 'json')).stdout);
    expect(one.runId).toBe(report.runId);
    expect(one.removed.map(({ target }: Action) => withoutHost(target))).toContain('team/app:done');

    const undone = await winnow('undo', 'last', '-o', 'json');
    expect([undone.code, JSON.parse(undone.stdout).counts.restored]).toEqual([0, 2]);
    expect(await tags()).toEqual(TAGS);
    expect((await readTags(registry.url)).get('team/app:done')).toBe(images.done.digest);
    expect((await winnow('run', 'ls')).stdout).toMatch(/ undone /);
  });

  test('each dry run and each run was told to the events file, with the name of the cluster', async () => {
    const events = readFileSync(eventsFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(events.map(({ mode, outcome, totals }) => [mode, outcome, totals.removed])).toEqual([
      ['plan', 'success', 1],
      ['plan', 'success', 1],
      ['apply', 'success', 1],
    ]);
    for (const event of events)
      expect(event).toMatchObject({
        type: 'registry_reconcile.summary',
        cluster_name: 'prod-eu',
        registry: registry.host,
        totals: { found: 6, live: 2, removed: 1, kept: 5, failed: 0, gaps: 0 },
      });
  });

  test('sinks that can not be reached are told before anything is deleted, and stop nothing', async () => {
    const file = join(folder, 'sinks.yaml');
    const absent = join(folder, 'absent', 'events.ndjson');
    writeFileSync(
      file,
      settings(`[{to: file, path: ${absent}}, {to: webhook, url: 'http://127.0.0.1:1/hook', retries: 0}]`),
    );
    const own = makeTempFolder('home');
    const args = ['reconcile', '--config', file, '--confirm', '--log-level', 'info'];
    const { code, stderr } = await runCli(args, { home: own });

    const lines = stderr.trimEnd().split('\n');
    const removed = lines.findIndex((line) => / removed /.test(line));
    const warnings = lines.flatMap((line, n) =>
      line.startsWith('warning: ') ? [{ line, isBefore: n < removed }] : [],
    );
    expect([code, removed]).toEqual([0, expect.any(Number)]);
    expect(removed).toBeGreaterThan(0);
    expect(warnings).toEqual([
      {
        line: expect.stringMatching(/may not reach file .*the run goes on.*no such file or directory/),
        isBefore: true,
      },
      { line: expect.stringMatching(/may not reach webhook .*ECONNREFUSED/), isBefore: true },
      { line: expect.stringMatching(/did not reach file /), isBefore: false },
      { line: expect.stringMatching(/did not reach webhook /), isBefore: false },
    ]);
    expect((await runCli(['undo', 'last', '--config', file], { home: own })).code).toBe(0);
    expect(await tags()).toEqual(TAGS);
  });

  test('an event on stdout is a line behind the result', async () => {
    const file = join(folder, 'stdout.yaml');
    writeFileSync(file, settings('[{to: stdout}]'));
    const { stdout } = await runCli(['reconcile', '--config', file, '--cluster', 'prod-us']);

    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ mode: 'plan', outcome: 'success', cluster_name: 'prod-us' });
  });
});

describe('looking', () => {
  test('repo ls lists repositories with their classes, all or those that a word or a glob names', async () => {
    const names = async (...query: readonly string[]) =>
      JSON.parse((await apart('repo', 'ls', ...query, '-o', 'json')).stdout).items.map(
        (one: { repository: string; class: string }) => `${one.repository} ${one.class}`,
      );
    const all = ['keep/base protected', 'other/thing unknown', 'team/app steps'].map((one) =>
      one.replace(' protected', ' bases'),
    );

    expect(await Promise.all([names(), names('thing'), names('*/app'), names('nothing')])).toEqual([
      all,
      all.slice(1, 2),
      all.slice(2),
      [],
    ]);
  });

  test('repo ls counts tags where there is room for it', async () => {
    const [eyes, wide, json] = await Promise.all(
      ['table', 'wide', 'json'].map((format) => apart('repo', 'ls', '-o', format)),
    );

    expect(eyes?.stdout).toMatch(/^REPOSITORY +CLASS\nkeep\/base +bases\n/);
    expect(wide?.stdout).toMatch(/^REPOSITORY +CLASS +TAGS\nkeep\/base +bases +1\n/);
    expect(JSON.parse(json?.stdout ?? '').items.map(({ tagCount }: { tagCount: number }) => tagCount)).toEqual([
      1, 1, 4,
    ]);
  });

  test('tag ls lists the tags of a repository with their digests; without one, of the default repository', async () => {
    const [named, byDefault, eyes] = await Promise.all([
      apart('tag', 'ls', 'keep/base', '-o', 'json'),
      apart('tag', 'ls', '-o', 'json'),
      apart('tag', 'ls'),
    ]);

    expect(JSON.parse(named.stdout).items).toEqual([
      {
        tag: 'v1',
        digest: images.base.digest,
        mediaType: expect.stringContaining('manifest'),
        sizeBytes: images.base.size + images.base.config.size + BASE.length,
        createdAt: '2024-01-01T00:00:00.000Z',
        record: 'record 5 (archived)',
      },
    ]);
    const { repository, items } = JSON.parse(byDefault.stdout);
    expect(repository).toBe('team/app');
    expect(items.map(({ tag }: { tag: string }) => `team/app:${tag}`)).toEqual(TAGS.slice(2));
    expect(eyes.stdout).toMatch(
      /^TAG +DIGEST +SIZE +RECORD\ndone .* KiB +record 1 \(archived\)\nlive .*\nshared-done /,
    );
  });

  test('tag ls without records tells no record, and wide tells when images were made', async () => {
    const listed = async (...args: readonly string[]) =>
      (await runCli(['tag', 'ls', 'team/app', '--registry', registry.url, ...args])).stdout.split('\n', 1)[0];

    expect(await listed()).toMatch(/^TAG +DIGEST +SIZE$/);
    expect(await listed('-o', 'wide')).toMatch(/^TAG +DIGEST +SIZE +CREATED +MEDIA TYPE$/);
    expect(await listed('--records', `file:${recordsFile}`)).toMatch(/^TAG +DIGEST +SIZE +RECORD$/);
  });

  test('du of globs that match in part says which do not, and has nothing but numbers on stdout', async () => {
    const { code, stdout, stderr } = await apart('du', 'keep/*', 'kep/*');

    expect({ code, stderr }).toEqual({ code: 0, stderr: `warning: no repository of ${registry.host} matches kep/*\n` });
    expect(stdout).toMatch(/^REPOSITORY .*\nkeep\/base /);
  });

  test('du counts each byte once: its sums add up to the total', async () => {
    const [plain, byTag] = await Promise.all([apart('du', '-o', 'json'), apart('du', '--tags', '-o', 'json')]);
    const use = JSON.parse(byTag.stdout) as DiskUse;

    expect([plain.code, byTag.code, plain.stderr, byTag.stderr]).toEqual([0, 0, '', '']);
    const all = Object.values(images).flatMap(({ config, layers }) => [config, ...layers]);
    const sizes = new Map(all.map(({ digest, size }) => [digest, size]));
    expect(use.totalBytes).toBe([...sizes.values()].reduce((sum, size) => sum + size, 0));
    expect(use.sharedBytes).toBe(BASE.length);
    expect(sumOf(use.repositories) + use.sharedBytes).toBe(use.totalBytes);
    for (const { uniqueBytes, sharedWithinBytes, tags: own = [] } of use.repositories)
      expect(sumOf(own) + (sharedWithinBytes ?? 0)).toBe(uniqueBytes);
    const { repositories, ...sums } = JSON.parse(plain.stdout) as DiskUse;
    expect(repositories).toEqual(use.repositories.map(({ tags: _, sharedWithinBytes: __, ...one }) => one));
    expect(sums).toMatchObject({ totalBytes: use.totalBytes, sharedBytes: use.sharedBytes });
  });

  test('explain tells of a tag and of a digest why they stay or go, and the way back', async () => {
    const explain = async (reference: string) => JSON.parse((await apart('explain', reference, '-o', 'json')).stdout);
    const [goes, stays, manifest] = await Promise.all(
      [':done', 'team/app:shared-done', `keep/base@${images.base.digest}`].map(explain),
    );

    expect(goes).toMatchObject({ verdict: 'delete', reason: 'inactive-record' });
    expect(goes.because).toContain('archived');
    expect(stays).toMatchObject({ verdict: 'keep', reason: 'shares-digest' });
    expect(stays.siblings).toEqual([expect.objectContaining({ verdict: 'keep', reason: 'active-record' })]);
    expect(stays.way.length).toBeGreaterThan(1);
    expect(manifest.verdict).toBe('keep');
  });

  test('doctor finds all well; and fails where deleting is switched off, with what to do', async () => {
    const closed = await startRegistryServer({ folder: makeTempFolder('registry'), deleteEnabled: false });
    atEnd(() => closed.close());
    await pushImage(closed.url, 'team/app', { tag: 'a' });
    const [well, ill] = await Promise.all([
      apart('doctor', '-o', 'json'),
      apart('doctor', '-o', 'json', '--registry', closed.url),
    ]);

    expect(well.code).toBe(0);
    expect(JSON.parse(well.stdout)).toMatchObject({ kind: 'DoctorReport', status: 'ok' });
    const report = JSON.parse(ill.stdout);
    expect([ill.code, report.status]).toEqual([1, 'fail']);
    const failed = report.items.filter(({ status }: { status: string }) => status === 'fail');
    expect(failed).toEqual([
      expect.objectContaining({ name: 'registry: delete', hint: expect.stringMatching(/delet/i) }),
    ]);
  });
});

describe('tag rm', () => {
  test('without --confirm nothing goes; with it one tag goes, and undo brings it back', async () => {
    const shown = await winnow('tag', 'rm', ':done', '-o', 'json');
    expect([shown.code, await tags()]).toEqual([0, TAGS]);
    expect(JSON.parse(shown.stdout).actions[0]).toMatchObject({ do: 'delete-tag', reason: 'requested' });

    const removed = await winnow('tag', 'rm', 'team/app:done', '--confirm', '-o', 'json');
    expect({ code: removed.code, stderr: removed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await tags()).toEqual(TAGS.filter((tag) => tag !== 'team/app:done'));
    expect((await winnow('undo', JSON.parse(removed.stdout).runId)).code).toBe(0);
    expect(await tags()).toEqual(TAGS);
  });

  test.each([
    { tag: 'team/app:live', reason: 'active-record' },
    { tag: 'keep/base:v1', reason: 'protected-repository' },
    { tag: 'team/app:shared-done', reason: 'shares-digest' },
  ])('$tag stays, for $reason', async ({ tag, reason }) => {
    const { code, stdout } = await winnow('tag', 'rm', tag, '--confirm', '-o', 'json');
    const { error } = JSON.parse(stdout);

    expect([code, error.code]).toEqual([4, 'TAG_STAYS']);
    expect(error.message).toContain(`it stays (${reason})`);
    expect(error.hint).toContain(`winnow explain ${tag}`);
    expect(await tags()).toEqual(TAGS);
  });

  test('with --untag-by-overwrite a tag leaves its digest to its sibling, and comes back with undo', async () => {
    const removed = await winnow('tag', 'rm', 'team/app:shared-done', '--untag-by-overwrite', '--confirm');
    expect({ code: removed.code, stderr: removed.stderr }).toEqual({ code: 0, stderr: '' });
    const after = await readTags(registry.url);
    expect([...after.keys()].sort()).toEqual(TAGS.filter((tag) => tag !== 'team/app:shared-done'));
    expect(after.get('team/app:shared-live')).toBe(images.shared.digest);

    expect((await winnow('undo', 'last')).code).toBe(0);
    expect((await readTags(registry.url)).get('team/app:shared-done')).toBe(images.shared.digest);
  });
});

describe('about itself', () => {
  test('config check, schema and view know the settings file', async () => {
    const [check, schema, view] = await Promise.all([
      runCli(['config', 'check', settingsFile]),
      runCli(['config', 'schema']),
      runCli(['config', 'view'], { env: { WINNOW_CONFIG: settingsFile, WINNOW_REGISTRY_TIMEOUT: '7s' } }),
    ]);

    expect({ code: check.code, stdout: check.stdout, stderr: check.stderr }).toEqual({
      code: 0,
      stdout: `${settingsFile}: all is well\n`,
      stderr: '',
    });
    expect(JSON.parse(schema.stdout).properties).toHaveProperty('reconcile');
    expect(view.stderr).toBe(`settings file: ${settingsFile}\n`);
    expect(view.stdout).toMatch(/^cluster: "prod-eu" +# .*winnow\.yaml:1:10$/m);
    expect(view.stdout).toMatch(/^registry\.timeout: "7s" +# WINNOW_REGISTRY_TIMEOUT$/m);
    expect(view.stdout).toMatch(/^limits\.maxShare: .* # default$/m);
  });

  test('completion prints a script for each shell, and completes commands', async () => {
    const scripts = await Promise.all(['bash', 'zsh', 'fish'].map((shell) => runCli(['completion', shell])));
    const words = await runCli(['complete', '--', 'rec']);

    expect(scripts.map(({ code, stderr }) => [code, stderr])).toEqual(scripts.map(() => [0, '']));
    for (const { stdout } of scripts) expect(stdout).toContain('winnow');
    expect(new Set(scripts.map(({ stdout }) => stdout)).size).toBe(3);
    expect(words.stdout).toMatch(/^reconcile\b/m);
  });

  test('--version is the version, and every command explains itself', async () => {
    const version = await runCli(['--version']);
    const { version: ours } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect([version.code, version.stdout, version.stderr]).toEqual([0, `${ours}\n`, '']);

    const help = await runCli(['--help']);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) .*\S$/gm)].map(([, name]) => name ?? '');
    const own = [
      'reconcile',
      'apply',
      'undo',
      'explain',
      'du',
      'repo',
      'tag',
      'run',
      'doctor',
      'config',
      'demo',
      'completion',
    ];
    for (const command of own) expect(commands).toContain(command);
    const nested = [
      'repo ls',
      'tag ls',
      'tag rm',
      'run ls',
      'run show',
      'config check',
      'config schema',
      'config view',
    ];
    const all = [...own, ...nested];
    const helps = await Promise.all(all.map((command) => runCli([...command.split(' '), '--help'])));
    expect(helps.map(({ code, stderr }) => [code, stderr])).toEqual(all.map(() => [0, '']));
    for (const [n, { stdout }] of helps.entries()) expect(stdout).toMatch(new RegExp(`^Usage: winnow ${all[n]}\\b`));
  });
});

describeReal('on a terminal', ['script'], () => {
  test('there are colours, and none with NO_COLOR', async () => {
    const [coloured, plain] = await Promise.all([onTerminal({}), onTerminal({ NO_COLOR: '1' })]);

    expect(coloured).toContain('DRY RUN');
    expect(coloured).toContain('\u001b[3');
    expect(plain).toContain('DRY RUN');
    expect(plain).not.toContain('\u001b[3');
    expect(plain).not.toContain('\u001b[1m');
  });
});

const KEPT_BY_REASON = {
  'active-record': 2,
  'protected-repository': 1,
  'shares-digest': 1,
  'unknown-repository': 1,
};

interface Action {
  readonly do: string;
  readonly target: string;
  readonly reason: string;
  readonly freesBytes: number;
}

interface Share {
  readonly uniqueBytes: number;
}

interface DiskUse {
  readonly totalBytes: number;
  readonly sharedBytes: number;
  readonly repositories: readonly (Share & { readonly sharedWithinBytes?: number; readonly tags?: readonly Share[] })[];
}

/** One after the other, with one memory, and the events file. */
function winnow(...args: readonly string[]): Promise<CliResult> {
  return at(args, { home });
}

/** With a home of its own, so that several can run at once; tells nobody. */
function apart(...args: readonly string[]): Promise<CliResult> {
  return at(args, { env: { WINNOW_CONFIG: quietFile } });
}

/** What a terminal of its own is told by a dry run, on both outputs. */
async function onTerminal(env: Readonly<Record<string, string>>): Promise<string> {
  const command = `'${process.execPath}' '${builtCli()}' reconcile --config '${quietFile}'`;
  const { stdout } = await run(programPath('script'), ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: makeTempFolder('home'), TERM: 'xterm', TZ: 'UTC', ...env },
  });
  return stdout;
}

function at(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return runCli(args, { ...options, env: { WINNOW_CONFIG: settingsFile, ...options.env } });
}

function settings(events = `[{to: file, path: ${eventsFile}}]`): string {
  return `cluster: prod-eu
registry:
  url: ${registry.url}
defaultRepository: team/app
records: ['file:${recordsFile}']
reconcile:
  classes:
    - {name: steps, kind: transient, repositories: ['team/*']}
    - {name: bases, kind: protected, repositories: ['keep/*']}
events: ${events}
`;
}

function csv(): string {
  return ['id,repository,tag,status', ...ROWS.map((row) => Object.values(row).join(',')), ''].join('\n');
}

async function recordsIn(form: string): Promise<string> {
  if (form === 'http') {
    const server = await startScriptedServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: ROWS }));
    });
    return `${server.url}/changes`;
  }
  const path = join(folder, `form.${form}`);
  if (form === 'sqlite') {
    writeRecords(
      path,
      ROWS.map((row) => ({ ...row, finishedAt: undefined })),
    );
    return `sqlite:${path}?query=SELECT id, repository, tag, status FROM changes`;
  }
  const yaml = ROWS.map(
    (row) => `- {id: '${row.id}', repository: ${row.repository}, tag: ${row.tag}, status: ${row.status}}\n`,
  );
  writeFileSync(path, form === 'json' ? JSON.stringify(ROWS) : yaml.join(''));
  return `file:${path}`;
}

async function tags(): Promise<readonly string[]> {
  return [...(await readTags(registry.url)).keys()].sort();
}

function withoutHost(target: string): string {
  return target.slice(target.indexOf('/') + 1);
}

function sumOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { uniqueBytes }) => sum + uniqueBytes, 0);
}
