import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const folder = makeTempFolder('bad-input');
const passwordFile = write('password', `${PASSWORD}\n`);
const recordsFile = write('records.csv', 'id,repository,tag,status\n1,team/app,old,archived\n');
const outputs: string[] = [];
let registry: RegistryServer;
let locked: RegistryServer;
let nobody: string;
let planLines: readonly string[];

beforeAll(async () => {
  builtCli();
  registry = await serve();
  locked = await serve({ username: 'winnow', password: 'the-right-one' });
  nobody = `http://127.0.0.1:${await freePort()}`;
  for (const tag of ['old', 'new']) await pushImage(registry.url, 'team/app', { tag, label: tag });
  const planned = await run([...reconcile(`file:${recordsFile}`), '--plan-out', join(folder, 'good.plan')]);
  expect([planned.code, planned.stderr]).toEqual([0, '']);
  planLines = readFileSync(join(folder, 'good.plan'), 'utf8').trimEnd().split('\n');
});

afterAll(() => {
  expect(outputs.length).toBeGreaterThan(30);
  expect(outputs.join('')).not.toContain(PASSWORD);
});

describe.concurrent('settings', () => {
  test('all that is wrong in a settings file is told at once, each with its line, field, value and next step', async () => {
    const file = write('wrong.yaml', WRONG_SETTINGS);
    const { code, stdout, stderr } = await run(['config', 'check', file, '-o', 'json']);

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const { problems } = JSON.parse(stdout) as { problems: readonly Record<string, unknown>[] };
    const found = problems.map(({ line, field, value, hint }) => [line, field, value, hint]);
    expect(found.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
      [2, 'registry.timeout', 'soon', 'write numbers with units, like 30s, 96h, 1h30m or 7d'],
      [3, 'registry.concurency', undefined, 'did you mean concurrency?'],
      [4, 'registry.password', '***', expect.stringContaining('WINNOW_REGISTRY_PASSWORD')],
      [7, 'records[1].name', 'changes', 'give each source a name of its own'],
      [10, 'tagRecords[0].pattern', '(?<id>[0-9', expect.stringContaining('RE2 syntax')],
      [15, 'reconcile.classes[1].name', 'steps', 'give each class a name of its own'],
      [16, 'reconcile.classes[2].repositories[0]', 'team/app', expect.stringContaining('narrow one of the two globs')],
    ]);
    expect(new Set(problems.map(({ problem }) => problem)).size).toBe(problems.length);
    expect(problems.find(({ line }) => line === 16)?.['problem']).toContain('"team/*" of class steps');
  });

  test('a run does not begin with wrong settings: its one error names them all', async () => {
    const { code, stdout } = await run(['reconcile', '--config', write('wrong2.yaml', WRONG_SETTINGS), '-o', 'json']);
    const { error } = JSON.parse(stdout);

    expect([code, error.code]).toEqual([2, 'CONFIG_INVALID']);
    expect(error.message).toContain('wrong2.yaml:2:12: registry.timeout: "soon"');
    expect(error.message).toContain('wrong2.yaml:16:');
    expect(error.hint).toContain('winnow config check');
  });

  test('for eyes, the error and its next step are two lines of stderr, and stdout stays empty', async () => {
    const file = write('value.yaml', 'registry:\n  url: registry.example\n  timeout: soon\n');
    const { code, stdout, stderr } = await run(['reconcile', '--config', file]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error: .*value\.yaml:3:12: registry\.timeout: "soon": it is not a duration .*\nhint: .+\n+$/,
    );
  });

  mistake(
    'YAML that is none',
    () => ['reconcile', '--config', write('broken.yaml', 'registry:\n  url: [x\nlog: {}\n')],
    {
      code: 'CONFIG_INVALID',
      says: ['broken.yaml:3:1', 'this is not YAML'],
      hint: 'check indentation, quotes and brackets',
    },
  );
  mistake('a settings file that is not there', () => ['reconcile', '--config', join(folder, 'absent.yaml')], {
    code: 'CONFIG_NOT_FOUND',
    says: ['absent.yaml', '--config', 'does not exist'],
    hint: 'Check the path',
  });
  test('the next step for two wrong flags is no command that does not see flags', async () => {
    const { code, stdout } = await run(['reconcile', '--max-share', '7', '--retries', 'x', '-o', 'json']);

    expect([code, JSON.parse(stdout).error.hint]).toEqual([
      2,
      'Correct what is listed, and run the same command again.',
    ]);
  });
  mistake('a flag with a wrong value', () => ['reconcile', '--registry', registry.url, '--max-share', '7'], {
    code: 'CONFIG_INVALID',
    says: ['--max-share', 'limits.maxShare', '"7"', 'more than 1'],
    hint: 'like 0.5, or 50%',
  });
  mistake(
    'a variable with a wrong value',
    () => ['reconcile', '--registry', registry.url],
    {
      code: 'CONFIG_INVALID',
      says: ['WINNOW_LIMITS_MAX_SHARE', '"most"', 'not a share'],
      hint: 'like 0.5, or 50%',
    },
    { env: { WINNOW_LIMITS_MAX_SHARE: 'most' } },
  );
});

describe.concurrent('the registry', () => {
  mistake('no registry', () => ['reconcile'], {
    code: 'CONFIG_INVALID',
    says: ['registry.url', 'no registry is named'],
    hint: 'give --registry HOST[:PORT]',
  });
  mistake('an address of another kind', () => ['reconcile', '--registry', 'ftp://registry.example/x'], {
    code: 'CONFIG_INVALID',
    says: ['--registry', '"ftp://registry.example/x"', 'it begins with ftp://'],
    hint: 'write it like https://registry.example:5000',
  });
  mistake('a password in the address', () => ['repo', 'ls', '--registry', `http://me:${PASSWORD}@registry.example`], {
    code: 'CONFIG_INVALID',
    says: ['http://***@registry.example', 'user name or password in it'],
    hint: 'passwordFile',
  });
  mistake('an address where nobody listens', () => ['reconcile', '--registry', nobody, '--retries', '0'], {
    code: 'REGISTRY_UNREACHABLE',
    says: [() => nobody, 'the connection was refused'],
    hint: 'check the address',
  });
  mistake('a web server that is no registry', async () => ['reconcile', '--registry', await webServer()], {
    code: 'REGISTRY_NOT_A_REGISTRY',
    says: ['/v2/', 'it answered 404, which no registry does'],
    hint: 'check the host and the port',
  });
  mistake(
    'wrong credentials',
    () => ['repo', 'ls', '--registry', locked.url, '--username', 'winnow', '--password-file', passwordFile],
    {
      code: 'REGISTRY_UNAUTHORIZED',
      says: [() => locked.url, '401', 'the credentials of the settings', 'were not accepted'],
      hint: 'winnow doctor',
    },
  );
  mistake('no credentials', () => ['repo', 'ls', '--registry', locked.url], {
    code: 'REGISTRY_UNAUTHORIZED',
    says: [() => `no credentials for ${locked.host} were found`, '.docker/config.json'],
    hint: 'winnow doctor',
  });
});

describeReal('a registry with a certificate of its own', ['openssl'], () => {
  // Without an authority, addresses of this machine may have any certificate, as `oc` has it.
  mistake('a certificate of another authority', async () => ['repo', 'ls', ...(await strangerToItsAuthority())], {
    code: 'REGISTRY_TLS_UNTRUSTED',
    says: ['https://127.0.0.1:', 'certificate'],
    hint: '--certificate-authority',
  });
});

describe.concurrent('a plan file', () => {
  mistake('a plan that is not there', () => ['apply', join(folder, 'absent.plan'), '--confirm'], {
    code: 'PLAN_FILE_UNREADABLE',
    says: ['absent.plan: no such file or directory'],
    hint: '--plan-out',
  });
  mistake('a file that is no plan', () => ['apply', recordsFile, '--confirm'], {
    code: 'PLAN_MALFORMED',
    says: ['reading the plan', 'line 1', 'not a JSON object'],
    hint: 'make a new plan',
  });
  mistake(
    'a plan without its last line',
    () => ['apply', write('cut.plan', text(planLines.slice(0, -1))), '--confirm'],
    {
      code: 'PLAN_CUT_SHORT',
      says: ['it ends after 2 of 2 actions'],
      hint: 'make a new plan',
    },
  );
  mistake('a plan changed by hand', () => ['apply', write('changed.plan', changed()), '--confirm'], {
    code: 'PLAN_CHANGED',
    says: ['checksum', 'changed after it was made'],
    hint: 'make a new plan',
  });
  mistake(
    'a plan for another registry',
    () => ['apply', join(folder, 'good.plan'), '--registry', locked.url, '--confirm'],
    {
      code: 'PLAN_OTHER_REGISTRY',
      says: [() => locked.host, () => `made for ${registry.host}`, 'nothing was deleted'],
      hint: 'give the registry that the plan names',
    },
  );
  mistake('a plan that is too old', expiredPlan, {
    exit: 6,
    code: 'PLAN_EXPIRED',
    says: ['it expired', 'ago; nothing was deleted'],
    hint: 'make a new plan',
  });
  mistake('a place where no plan can be written', () => [...reconcile(), '--plan-out', join(folder, 'no', 'x.plan')], {
    code: 'PLAN_FILE_UNWRITABLE',
    says: ['no/x.plan: no such file or directory'],
    hint: 'a folder that you may write to',
  });
});

describe.concurrent('references', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  mistake('no repository name in explain', () => ['explain', 'team/App:x', '--registry', registry.url], {
    code: 'REFERENCE_INVALID',
    says: ['team/App is not a repository name'],
    hint: 'repository:tag',
  });
  mistake('neither tag nor digest in explain', () => ['explain', 'team/app', '--registry', registry.url], {
    code: 'REFERENCE_INVALID',
    says: ['team/app', 'neither a tag nor a digest'],
    hint: 'write team/app:TAG',
  });
  mistake('another host in explain', () => ['explain', 'other.example/a:x', '--registry', registry.url], {
    code: 'REFERENCE_INVALID',
    says: ['it is of other.example', () => `the registry is ${registry.host}`],
    hint: '--registry',
  });
  mistake('no tag in tag rm', () => ['tag', 'rm', 'team/app:ü', '--registry', registry.url, '--confirm'], {
    code: 'REFERENCE_INVALID',
    says: ['ü is not a tag'],
    hint: 'repository:tag',
  });
  mistake('a digest in tag rm', () => ['tag', 'rm', `team/app@${digest}`, '--registry', registry.url, '--confirm'], {
    code: 'REFERENCE_INVALID',
    says: [digest, 'this command removes tags'],
    hint: 'name one of its tags',
  });
  mistake('an absent tag in tag rm', () => ['tag', 'rm', 'team/app:absent', '--registry', registry.url, '--confirm'], {
    code: 'TAG_NOT_FOUND',
    says: ['team/app:absent', 'there is no such tag'],
    hint: 'winnow tag ls team/app',
  });
  mistake('no repository name in tag ls', () => ['tag', 'ls', 'team//app', '--registry', registry.url], {
    code: 'REFERENCE_INVALID',
    says: ['team//app is not a repository name'],
    hint: 'winnow repo ls',
  });
  mistake('a repository that is not there in tag ls', () => ['tag', 'ls', 'team/ap', '--registry', registry.url], {
    code: 'REPOSITORY_NOT_FOUND',
    says: ['team/ap: there is no such repository'],
    hint: 'did you mean team/app?',
  });
  mistake('globs that nothing matches in du', () => ['du', 'nope/*', 'no', '--registry', registry.url], {
    code: 'REPOSITORY_NOT_FOUND',
    says: [() => `measuring ${registry.host}`, 'no repository matches nope/* or no'],
    hint: 'winnow repo ls',
  });
  mistake('an absent tag in explain', () => ['explain', 'team/app:absent', '--registry', registry.url], {
    code: 'TAG_NOT_FOUND',
    says: ['explaining', 'team/app:absent', 'there is no such tag'],
    hint: 'winnow tag ls team/app',
  });
  mistake('an absent digest in explain', () => ['explain', `team/app@${digest}`, '--registry', registry.url], {
    code: 'TAG_NOT_FOUND',
    says: [digest, 'leads to this digest'],
    hint: 'winnow tag ls team/app',
  });
  mistake('an absent repository in explain', () => ['explain', 'team/absent:v1', '--registry', registry.url], {
    code: 'REPOSITORY_NOT_FOUND',
    says: ['there is no repository team/absent'],
    hint: 'winnow repo ls',
  });
  mistake('an unknown run in undo', () => ['undo', 'nothing', '--registry', registry.url], {
    code: 'JOURNAL_NO_SUCH_RUN',
    says: ['the run nothing'],
    hint: '--state-dir',
  });
});

describe.concurrent('records', () => {
  mistake('records of an unknown kind', () => reconcile('oracle:db'), {
    code: 'CONFIG_INVALID',
    says: ['--records', 'records[0]', 'oracle:', 'file: sqlite: postgres: http: https:'],
    hint: 'write file:PATH',
  });
  mistake('a records file that is not there', () => reconcile(`file:${join(folder, 'absent.csv')}`), {
    code: 'RECORDS_NOT_FOUND',
    says: ['absent.csv: no such file or directory'],
    hint: 'Check the path',
  });
  mistake('records without the columns', () => reconcile(`file:${write('columns.csv', 'name,colour\napp,red\n')}`), {
    code: 'RECORDS_COLUMN_MISSING',
    says: ['no column "status"', 'name, colour'],
    hint: 'Name the columns',
  });

  test('a database that is not there keeps everything, and its password is told to nobody', async () => {
    const database = `postgres://winnow:${PASSWORD}@${new URL(nobody).host}/db?query=SELECT 1`;
    const { stdout, stderr } = await run([...reconcile(database), '-o', 'json']);
    const plan = JSON.parse(stdout);

    expect(stderr).toBe('');
    expect(plan.actions).toEqual([]);
    expect(plan.gaps).toEqual([expect.objectContaining({ hides: 'holds', source: 'postgres' })]);
    expect(plan.gaps[0].cause).toContain('ECONNREFUSED');
    expect(plan.records).toEqual([database.replace(PASSWORD, '***')]);
  });
});

describe.concurrent('the command line', () => {
  test.each([
    { line: 'reconcil', says: ["unknown command 'reconcil'", 'Did you mean reconcile?'] },
    { line: 'reconcile --registri x', says: ["unknown option '--registri'", 'Did you mean --registry?'] },
    { line: 'explain', says: ["missing required argument 'reference'"] },
    { line: 'reconcile --dry-run --confirm', says: ["'--dry-run' cannot be used with option '--confirm'"] },
    { line: 'repo ls -o xml', says: ["'xml' is invalid", 'table, wide, json, yaml, markdown'] },
  ])('winnow $line is refused with its next step', async ({ line, says }) => {
    const { code, stdout, stderr } = await run(line.split(' '));

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const words of [...says, 'winnow --help']) expect(stderr).toContain(words);
  });

  mistake('an unknown option', () => ['reconcile', '--registri', 'x'], {
    code: 'USAGE_INVALID',
    says: ['reading the command line', "unknown option '--registri'"],
    hint: 'did you mean --registry?',
  });
  mistake('a missing argument', () => ['explain'], {
    code: 'USAGE_INVALID',
    says: ["missing required argument 'reference'"],
    hint: 'winnow --help',
  });
  mistake('what contradicts itself', () => ['reconcile', '--dry-run', '--confirm'], {
    code: 'USAGE_INVALID',
    says: ["'--dry-run' cannot be used with option '--confirm'"],
    hint: 'winnow --help',
  });
  mistake('two arguments where there is one', () => ['explain', 'a:b', 'c:d'], {
    code: 'USAGE_INVALID',
    says: ['too many arguments'],
    hint: 'winnow --help',
  });

  test('of an option that can be given again each takes one value, and the argument behind it stays an argument', async () => {
    const args = ['--records', `file:${recordsFile}`, '--protected', 'a/*', '--protected', 'b/*'];
    const behind = await run(['explain', ...args, 'team/app:old', '--registry', registry.url, '-o', 'json']);
    const two = await run([...reconcile(), '--records', 'file:', 'team/other', '-o', 'json']);

    expect([behind.code, JSON.parse(behind.stdout).target]).toEqual([0, `${registry.host}/team/app:old`]);
    expect(JSON.parse(two.stdout).error).toMatchObject({
      code: 'USAGE_INVALID',
      message: expect.stringContaining('too many'),
    });
  });
});

const WRONG_SETTINGS = `registry:
  timeout: soon
  concurency: 3
  password: ${PASSWORD}
records:
  - {from: file, path: a.csv, name: changes}
  - {from: file, path: b.csv, name: changes}
tagRecords:
  - repositories: ['team/*']
    pattern: '(?<id>[0-9'
    record: '{id}'
reconcile:
  classes:
    - {name: steps, kind: transient, repositories: ['team/*']}
    - {name: steps, kind: protected, repositories: ['other/*']}
    - {name: mine, kind: protected, repositories: ['team/app']}
`;

interface Answer {
  readonly code: string;
  /** Default 2. */
  readonly exit?: number;
  /** Parts of the message: the field, the value, the place. */
  readonly says: readonly (string | (() => string))[];
  /** A part of the next step. */
  readonly hint: string;
}

type Call = readonly string[] | Promise<readonly string[]>;

/** With `-o json` a mistake is one object on stdout, and nothing else is said. */
function mistake(title: string, call: () => Call, answer: Answer, options: CliOptions = {}): void {
  test(`${title}: told by ${answer.code}, with a next step`, async () => {
    const { code, stdout, stderr } = await run([...(await call()), '-o', 'json'], options);

    expect({ code, stderr }).toEqual({ code: answer.exit ?? 2, stderr: '' });
    const told = JSON.parse(stdout);
    expect(told).toEqual({ error: { code: answer.code, message: expect.any(String), hint: expect.any(String) } });
    expect(told.error.message).not.toMatch(/\bE[A-Z]{4,}: /);
    for (const words of answer.says) expect(told.error.message).toContain(typeof words === 'string' ? words : words());
    expect(told.error.hint).toContain(answer.hint);
  });
}

async function run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const result = await runCli(args, options);
  outputs.push(result.stdout, result.stderr);
  return result;
}

function reconcile(records = `file:${recordsFile}`): readonly string[] {
  return ['reconcile', '--registry', registry.url, '--transient', 'team/*', '--records', records];
}

/** The plan that would remove the other tag. */
function changed(): string {
  const lines = text(planLines);
  const other = lines.replaceAll('"old"', '"new"');
  expect(other).not.toBe(lines);
  return other;
}

async function expiredPlan(): Promise<readonly string[]> {
  const plan = join(folder, 'old.plan');
  await run([...reconcile(), '--plan-out', plan, '--expires-after', '1s']);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return ['apply', plan, '--confirm'];
}

async function strangerToItsAuthority(): Promise<readonly string[]> {
  const [its, another] = [await makeCertificates(), await makeCertificates()];
  const { url } = await startScriptedServer((_, response) => response.end('{}'), { tls: its.server });
  return ['--registry', url, '--certificate-authority', another.caFile];
}

async function webServer(): Promise<string> {
  const server = await startScriptedServer((_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>Not here</body></html>');
  });
  return server.url;
}

async function serve(credentials?: { readonly username: string; readonly password: string }): Promise<RegistryServer> {
  const server = await startRegistryServer({
    folder: makeTempFolder('registry'),
    ...(credentials === undefined ? {} : { credentials }),
  });
  atEnd(() => server.close());
  return server;
}

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
