import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RegistryServer, startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { atEnd } from '../support/at-end.ts';
import { makeCertificates } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { pushImage } from '../support/push-image.ts';
import { describeReal } from '../support/requirements.ts';
import { builtCli, type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const PASSWORD = 'hunter2-do-not-tell';

/** What a mistake has to be told with. */
interface Answer {
  readonly error: string;
  /** Default 2. */
  readonly exit?: number;
  /** Words of the message: the field, the value, the place. */
  readonly says: readonly string[];
  /** A part of the next step. */
  readonly hint: string;
}

let registry: RegistryServer;
let locked: RegistryServer;
let nobody: string;
let planLines: readonly string[];
const folder = makeTempFolder('bad');
const recordsFile = write('records.csv', 'id,repository,tag,status\n1,team/app,old,archived\n');
const passwordFile = write('password', `${PASSWORD}\n`);

beforeAll(async () => {
  builtCli();
  registry = await served({ folder: makeTempFolder('registry') });
  locked = await served({
    folder: makeTempFolder('locked'),
    credentials: { username: 'winnow', password: 'the-right-one' },
  });
  nobody = `http://127.0.0.1:${await freePort()}`;
  await pushImage(registry.url, 'team/app', { tag: 'old', label: 'old' });
  await pushImage(registry.url, 'team/app', { tag: 'new', label: 'new' });
  const plan = join(folder, 'good.plan');
  const args = ['reconcile', '--registry', registry.url, '--records', `file:${recordsFile}`, '--transient', 'team/*'];
  const planned = await runCli([...args, '--plan-out', plan]);
  expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 0, stderr: '' });
  planLines = readFileSync(plan, 'utf8').trimEnd().split('\n');
  expect(planLines.length).toBeGreaterThan(2);
});

describe.concurrent('settings', () => {
  mistake('a settings file that is not YAML', () => settings('registry:\n  url: [x\nlog: {}\n'), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a wrong value', () => settings('registry:\n  url: registry.example\n  timeout: soon\n'), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('an unknown key', () => settings('registry:\n  url: registry.example\n  concurency: 3\n'), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a pattern that is none', () => settings("records: ['file:r.csv']\ntagRecords:\n  - repositories: ['team/*']\n    pattern: '(?<id>[0-9'\n    record: '{id}'\n"), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('classes that overlap', () => settings("records: ['file:r.csv']\nreconcile:\n  classes:\n    - {name: steps, kind: transient, repositories: ['team/*']}\n    - {name: mine, kind: protected, repositories: ['team/app']}\n"), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('two classes of one name', () => settings("records: ['file:r.csv']\nreconcile:\n  classes:\n    - {name: steps, kind: transient, repositories: ['team/*']}\n    - {name: steps, kind: protected, repositories: ['other/*']}\n"), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('two sources of one name', () => settings("records:\n  - {from: file, path: a.csv, name: changes}\n  - {from: file, path: b.csv, name: changes}\n"), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a password in the settings file', () => settings(`registry:\n  username: winnow\n  password: ${PASSWORD}\n`), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a wrong flag', () => ['reconcile', '--registry', registry.url, '--max-share', '7'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a wrong environment variable', () => ({ args: ['reconcile', '--registry', registry.url], env: { WINNOW_LIMITS_MAX_SHARE: 'most' } }), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a settings file that is not there', () => ['reconcile', '--config', join(folder, 'absent.yaml')], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
});

describe.concurrent('the registry', () => {
  mistake('none given', () => ['reconcile', '--transient', 'team/*'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('nobody there', () => ['reconcile', '--registry', nobody, '--retries', '0'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a web server', async () => ['reconcile', '--registry', await webServer()], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a bad URL', () => ['reconcile', '--registry', 'ftp://registry.example/x'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('a password in the URL', () => ['reconcile', '--registry', `http://winnow:${PASSWORD}@registry.example`], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('wrong credentials', () => ['repo', 'ls', '--registry', locked.url, '--username', 'winnow', '--password-file', passwordFile], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('no credentials', () => ['repo', 'ls', '--registry', locked.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
});

describeReal('a registry with a certificate of its own', ['openssl'], () => {
  mistake('untrusted', async () => {
    const { server } = await makeCertificates();
    const { url } = await startScriptedServer((_, response) => response.end('{}'), { tls: server });
    return ['repo', 'ls', '--registry', url];
  }, {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
});

describe.concurrent('a plan', () => {
  mistake('missing', () => ['apply', join(folder, 'absent.plan'), '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('not a plan', () => ['apply', recordsFile, '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('cut short', () => ['apply', write('cut.plan', `${planLines.slice(0, -1).join('\n')}\n`), '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('changed', () => ['apply', write('changed.plan', `${planLines.join('\n').replace('team/app:old', 'team/app:new').replace('"key":"old"', '"key":"new"')}\n`), '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('another registry', () => ['apply', join(folder, 'good.plan'), '--registry', nobody, '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('too old', async () => {
    const plan = join(folder, 'old.plan');
    const args = ['reconcile', '--registry', registry.url, '--records', `file:${recordsFile}`, '--transient', 'team/*'];
    await runCli([...args, '--plan-out', plan, '--expires-after', '1s']);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    return ['apply', plan, '--confirm'];
  }, {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('unwritable', () => ['reconcile', '--registry', registry.url, '--plan-out', join(folder, 'absent', 'x.plan')], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
});

describe.concurrent('references, records, words', () => {
  const records = (spec: string) => ['reconcile', '--registry', registry.url, '--transient', 'team/*', '--records', spec];
  mistake('explain', () => ['explain', 'team/App:x', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('explain no tag', () => ['explain', 'team/app', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('explain other host', () => ['explain', 'other.example/team/app:x', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('tag rm bad', () => ['tag', 'rm', 'team/app:ü', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('tag rm digest', () => ['tag', 'rm', `team/app@sha256:${'0'.repeat(64)}`, '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('tag rm absent', () => ['tag', 'rm', 'team/app:absent', '--registry', registry.url, '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('tag ls bad', () => ['tag', 'ls', 'team//app', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('tag ls absent', () => ['tag', 'ls', 'team/absent', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('bad records spec', () => records('oracle:db'), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('records missing', () => records(`file:${join(folder, 'absent.csv')}`), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('records columns', () => records(`file:${write('columns.csv', 'name,colour\napp,red\n')}`), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('records database', () => records(`postgres://winnow:${PASSWORD}@${new URL(nobody).host}/db?query=SELECT 1`), {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('unknown command', () => ['reconcil', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('unknown option', () => ['reconcile', '--registri', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('missing argument', () => ['explain', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('dry and confirm', () => ['reconcile', '--registry', registry.url, '--dry-run', '--confirm'], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
  mistake('undo', () => ['undo', 'nothing', '--registry', registry.url], {
    error: 'CONFIG_INVALID', says: ['ZZ'], hint: 'ZZ' });
});

type Call = readonly string[] | { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };

function mistake(title: string, call: () => Call | Promise<Call>, answer: Answer): void {
  test(title, async () => {
    const made = await call();
    const { args, env = {} } = 'args' in made ? made : { args: made };
    const home = makeTempFolder('home');
    const plain = await runCli(args, { env, home });
    const json = await runCli([...args, '-o', 'json'], { env, home });
    (await import('node:fs')).appendFileSync('/tmp/scratch-bad/out.txt', `### ${title}: ${args.join(' ')}\n[${plain.code}] ${plain.stdout}|${plain.stderr}\n[${json.code}] ${json.stdout}|${json.stderr}\n`);
  });
}

function settings(yaml: string): readonly string[] {
  return ['reconcile', '--registry', registry.url, '--config', write(`${Math.random()}.yaml`, yaml)];
}

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function webServer(): Promise<string> {
  const server = await startScriptedServer((_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' });
    response.end('<html><body>Not here</body></html>');
  });
  return server.url;
}

async function served(options: Parameters<typeof startRegistryServer>[0]): Promise<RegistryServer> {
  const server = await startRegistryServer(options);
  atEnd(() => server.close());
  return server;
}
