import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type RegistryServer, startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { atEnd } from '../support/at-end.ts';
import {
  type Company,
  companyClasses,
  goingTags,
  pushCompany,
  recordsCsv,
  recordsQuery,
  recordsSql,
} from '../support/company.ts';
import { POSTGRES_PASSWORD, type Postgres, startPostgres } from '../support/postgres.ts';
import { readTags, type Tags } from '../support/registry-view.ts';
import { describeReal } from '../support/requirements.ts';
import { runCli } from '../support/run-cli.ts';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const ROWS_A_PAGE = 40;

describeReal('the short forms of record sources', ['postgres', 'initdb'], () => {
  const home = makeTempFolder('home');
  let registry: RegistryServer;
  let company: Company;
  let database: Postgres;
  let web: ScriptedServer;
  let before: Tags;

  beforeAll(async () => {
    [registry, database] = await Promise.all([
      startRegistryServer({ folder: makeTempFolder('registry'), deleteByTag: true }),
      startPostgres(),
    ]);
    atEnd(() => registry.close());
    company = await pushCompany(registry.url);
    before = await readTags(registry.url);
    const { records } = company;
    const rows = records.map((record, n) => ({ id: `chg-${n + 1}`, ...record }));
    recordsCsv(records, join(home, 'records.csv'));
    writeFileSync(join(home, 'records.json'), JSON.stringify({ records: rows }));
    writeFileSync(join(home, 'records.ndjson'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    writeFileSync(join(home, 'records.yaml'), stringify({ items: rows }));
    const sqlite = new Database(join(home, 'records.db'));
    sqlite.exec(recordsSql(records));
    sqlite.close();
    await database.sql(recordsSql(records));
    web = await servePages(rows);
  });

  test.each([
    { form: 'a CSV file', spec: () => 'file:records.csv' },
    { form: 'a JSON file', spec: () => 'file:records.json', again: false },
    { form: 'lines of JSON', spec: () => 'file:records.ndjson', again: false },
    { form: 'a YAML file', spec: () => 'file:records.yaml', again: false },
    { form: 'SQLite', spec: () => `sqlite:records.db?query=${recordsQuery}` },
    {
      form: 'PostgreSQL, its password in the environment',
      spec: () => `${withoutPassword(database.url)}?query=${recordsQuery}`,
    },
    { form: 'an HTTP server, page after page', spec: () => `${web.url}/changes?per_page=${ROWS_A_PAGE}` },
  ])('$form: the plan is the same, and a saved one knows where to ask again', async ({ spec, again = true }) => {
    const env = { PGPASSWORD: POSTGRES_PASSWORD };
    const common = ['--registry', registry.url, '--records', spec(), ...companyClasses, '-o', 'json'];
    const planned = await runCli(['reconcile', ...common, '--plan-out', 'plan.jsonl'], { home, env });
    expect([planned.code, planned.stderr]).toEqual([0, '']);
    const { actions, evidence } = JSON.parse(planned.stdout) as Plan;
    const [found] = evidence.filter(({ source }) => !/registry|earlier/.test(source));
    expect(found?.facts.exists).toBe(company.records.length);
    const going = actions.filter((action) => action.do === 'delete-tag').map(({ target }) => target);
    expect(going.map((target) => target.slice(target.indexOf('/') + 1)).sort()).toEqual(goingTags(company, true));
    if (!again) return; // all kinds of files are found again in the same way

    const applied = await runCli(['apply', 'plan.jsonl', '--confirm', '-o', 'json'], { home, env });
    const after = await readTags(registry.url);
    const undone = await runCli(['undo', 'last'], { home });

    expect([applied.code, applied.stderr]).toEqual([0, '']);
    const gone = new Set(goingTags(company, true));
    expect([...after]).toEqual([...before].filter(([reference]) => !gone.has(reference)));
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect([...(await readTags(registry.url))]).toEqual([...before]);
  });

  test('a password that stood in the URL is in no plan: it is asked for before anything is done, once', async () => {
    const records = `${database.url}?query=${recordsQuery}`;
    const planned = await runCli(
      ['reconcile', '--registry', registry.url, '--records', records, ...companyClasses, '--plan-out', 'secret.jsonl'],
      { home },
    );
    const runs = () => runCli(['run', 'ls', '-o', 'json'], { home });
    const runsBefore = (await runs()).stdout;
    const apply = (more: readonly string[], env = {}) =>
      runCli(['apply', 'secret.jsonl', '--confirm', ...more], { home, env });

    const refused = await apply([]);
    const denied = await apply(['--records', records.replace(POSTGRES_PASSWORD, 'wrong')]);
    const tagsBetween = await readTags(registry.url);
    const runsBetween = (await runs()).stdout;
    const applied = await apply([], { PGPASSWORD: POSTGRES_PASSWORD });
    const undone = await runCli(['undo', 'last'], { home });

    expect(planned.code, planned.stderr).toBe(0);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(
      /^error: applying plan .*: it names the records postgres:\/\/winnow:\*{3}@.*; nothing was deleted \(PLAN_RECORDS_INCOMPLETE\)\nhint: give --records again, or set PGPASSWORD, /,
    );
    expect([denied.code, denied.stdout]).toEqual([2, '']);
    expect(denied.stderr).toContain('(RECORDS_ACCESS_DENIED)');
    expect([...tagsBetween]).toEqual([...before]);
    expect(runsBetween).toBe(runsBefore);
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(JSON.stringify([planned, refused, denied, applied, undone])).not.toContain(POSTGRES_PASSWORD);
  });
});

interface Plan {
  readonly actions: readonly { readonly do: string; readonly target: string }[];
  readonly evidence: readonly { readonly source: string; readonly facts: { readonly exists: number } }[];
}

/** A list of 40 rows a page, each with a link to the next. */
function servePages(rows: readonly object[]): Promise<ScriptedServer> {
  return startScriptedServer(({ path }, response) => {
    const url = new URL(path, 'http://localhost');
    const page = Number(url.searchParams.get('page') ?? 1);
    const last = Math.ceil(rows.length / ROWS_A_PAGE);
    url.searchParams.set('page', String(page + 1));
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(page < last ? { link: `<${url.pathname}${url.search}>; rel="next"` } : {}),
    });
    response.end(JSON.stringify(rows.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE)));
  });
}

function withoutPassword(url: string): string {
  return url.replace(`:${POSTGRES_PASSWORD}@`, '@');
}
