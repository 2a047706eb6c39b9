import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Flags } from './flags.ts';
import { type LoadedSettings, loadSettings, requireRegistry } from './load.ts';
import { ConfigError } from './problem.ts';

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

async function complaintsOf(given: Given): Promise<readonly string[]> {
  const error: unknown = await load(given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error('the settings were taken', { cause: error });
  return error.message.split('\n');
}

test('all are told at once, those of flags and variables by their names', async () => {
  expect(
    await complaintsOf({
      yaml: 'registry:\n  timeout: 3\nplan: {expiresAftr: 3h}',
      env: { WINNOW_REGISTRY_FORCE_INSECURE: 'maybe', WINNOW_REGISTRY_URI: 'x', WINNOW_LEASE_KIND: 'postgres' },
      flags: { maxShare: '2', keepNewest: '3', transient: ['a/*'], whenNoRecord: 'retire', records: ['file:a', 'b'] },
    }),
  ).toEqual([
    'reading the settings: there are 9 problems',
    '- --keep-newest: it says more about --retained, which is not given (add --retained GLOB, or set keepNewest in a class of the settings file)',
    '- WINNOW_REGISTRY_URI: no setting has this variable (did you mean WINNOW_REGISTRY_URL?)',
    '- WINNOW_REGISTRY_FORCE_INSECURE: registry.forceInsecure: "maybe": it is text, not true or false (write true or false)',
    '- --records: records[1]: "b": it begins with none of file: sqlite: postgres: http: https: (write file:PATH, sqlite:PATH?query=SELECT…, postgres://USER@HOST/DATABASE?query=SELECT… or https://HOST/PATH#status=FIELD)',
    '- --max-share: limits.maxShare: "2": it is more than 1 (write a share from 0 to 1, like 0.5, or 50%)',
    '- --when-no-record: reconcile.classes[0].whenNoRecord: "retire": it needs --no-record-min-age: tags are pushed before their record is written (add --no-record-min-age, like 72h)',
    '- WINNOW_LEASE_KIND: lease.kind: "postgres": it needs lease.url (set lease.url, like postgres://winnow@db.example/ops)',
    '- conf/w.yaml:2:12: registry.timeout: "3": it has no unit (write numbers with units, like 30s, 96h, 1h30m or 7d)',
    '- conf/w.yaml:3:8: plan.expiresAftr: no setting has this name (did you mean expiresAfter?)',
  ]);
});

test('the only one is the whole message, and its next step the hint', async () => {
  await expect(load({ yaml: 'limits: {maxShare: 2}' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'reading the settings: conf/w.yaml:1:20: limits.maxShare: "2": it is more than 1',
    hint: 'write a share from 0 to 1, like 0.5, or 50%',
    problems: [
      {
        origin: { from: 'file', file: 'conf/w.yaml', line: 1, column: 20 },
        path: 'limits.maxShare',
        value: '2',
        message: 'it is more than 1',
        hint: 'write a share from 0 to 1, like 0.5, or 50%',
      },
    ],
  });
});

test('the next step for several names `config check` for those of a file alone: it sees no flag and no variable', async () => {
  const again = 'Correct what is listed, and run the same command again';
  const flags: Flags = { maxShare: '2', retries: 'x' };

  await expect(load({ flags })).rejects.toMatchObject({ hint: `${again}.` });
  await expect(load({ yaml: 'log: {level: loud}', flags })).rejects.toMatchObject({
    hint: `${again}; \`winnow config check conf/w.yaml\` looks at the file alone.`,
  });
});

test('of a file that is not YAML nothing else is told: what seems to lack may stand in it', async () => {
  expect(
    await complaintsOf({ yaml: 'records: [', env: { WINNOW_DB_PASSWORD: 'x', WINNOW_LEASE_KIND: 'postgres' } }),
  ).toEqual([
    'reading the settings: conf/w.yaml:1:11: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ]);
});

test('a value of the file that a variable takes the place of is not looked at', async () => {
  const { settings } = await load({ yaml: 'registry: {timeout: nonsense}', env: { WINNOW_REGISTRY_TIMEOUT: '3s' } });
  expect(settings.registry.timeoutMs).toBe(3000);
});

test('a section that is no map is told, although a variable sets something in it', async () => {
  expect(await complaintsOf({ yaml: 'registry: text', env: { WINNOW_REGISTRY_URL: 'x' } })).toEqual([
    'reading the settings: conf/w.yaml:1:11: registry: "text": it is text, not a map',
  ]);
});

test('warnings are lines', async () => {
  const { warnings } = await load({ flags: { retained: ['a/*'] } });
  expect(warnings).toEqual([
    '--retained: reconcile.classes[0]: class retained has no rule that lets a tag go: it keeps all (add --keep-younger-than, --keep-newest or --only-when-record-inactive, or make it protected)',
  ]);
});

test('whoever needs a registry and has none is told the three ways to name it', async () => {
  const { settings } = await load({});
  expect(() => requireRegistry(settings)).toThrow('reading the settings: registry.url: no registry is named');
  const named = await load({ flags: { registry: 'localhost:5000' } });
  expect(requireRegistry(named.settings).url).toBe('localhost:5000');
});
