import { describe, expect, test } from 'vitest';
import { readEnvironment, settingVariables, unknownVariables, variableFor } from './environment.ts';
import { formatProblem } from './problem.ts';

const read = (env: Record<string, string>) =>
  Object.fromEntries(readEnvironment(env).map(({ path, value }) => [path.join('.'), value]));
const complaints = (env: Record<string, string>, value: unknown = {}) =>
  unknownVariables(env, value).map(formatProblem);

test('the name of a variable follows from the path', () => {
  expect(variableFor(['registry', 'forceInsecure'])).toBe('WINNOW_REGISTRY_FORCE_INSECURE');
  expect(variableFor(['limits', 'maxShareOfRepository'])).toBe('WINNOW_LIMITS_MAX_SHARE_OF_REPOSITORY');
});

test('no two settings have the same variable', () => {
  const names = settingVariables().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('WINNOW_REGISTRY_URL');
});

describe('values', () => {
  test('truth values, numbers, durations and lists are read from text', () => {
    expect(
      read({
        WINNOW_REGISTRY_FORCE_INSECURE: 'TRUE',
        WINNOW_REGISTRY_CONCURRENCY: ' 4 ',
        WINNOW_REGISTRY_TIMEOUT: '5s',
        WINNOW_LIMITS_MAX_SHARE: '40%',
        WINNOW_REGISTRY_REPOSITORIES: 'team/a, team/b,',
        WINNOW_REGISTRY_CAPABILITIES_DELETE_BY_TAG: '0',
        WINNOW_RECORDS: 'file:a.csv\nsqlite:b.db?query=select 1, 2',
        WINNOW_CLUSTER: '007',
      }),
    ).toEqual({
      'registry.forceInsecure': true,
      'registry.concurrency': 4,
      'registry.timeout': '5s',
      'limits.maxShare': '40%',
      'registry.repositories': ['team/a', 'team/b'],
      'registry.capabilities.deleteByTag': false,
      records: ['file:a.csv', 'sqlite:b.db?query=select 1, 2'],
      cluster: '007',
    });
  });

  test('an empty variable counts as not set', () => {
    expect(read({ WINNOW_REGISTRY_URL: '', WINNOW_CLUSTER: '  ' })).toEqual({});
  });

  test('what cannot be read stays text, for the schema to complain', () => {
    expect(read({ WINNOW_REGISTRY_FORCE_INSECURE: 'maybe', WINNOW_REGISTRY_RETRIES: 'many' })).toEqual({
      'registry.forceInsecure': 'maybe',
      'registry.retries': 'many',
    });
  });

  test('a password is taken as it is, white space and all', () => {
    expect(read({ WINNOW_REGISTRY_PASSWORD: ' pass word ' })).toEqual({ 'registry.password': ' pass word ' });
  });
});

describe('variables that are none of ours', () => {
  test('a slip is told with the nearest name', () => {
    expect(complaints({ WINNOW_REGISTRY_URI: 'x', WINNOW_REGISTERY_URL: 'x' })).toEqual([
      'WINNOW_REGISTRY_URI: no setting has this variable (did you mean WINNOW_REGISTRY_URL?)',
      'WINNOW_REGISTERY_URL: no setting has this variable (did you mean WINNOW_REGISTRY_URL?)',
    ]);
  });

  test('one that is like none is told where to look', () => {
    expect(complaints({ WINNOW_FROBNICATE: 'x' })).toEqual([
      'WINNOW_FROBNICATE: no setting has this variable (unset it; docs/config.md lists all variables)',
    ]);
  });

  test('its value is not shown', () => {
    expect(complaints({ WINNOW_REGISTRY_PASWORD: 'hunter2' }).join()).not.toContain('hunter2');
  });

  test('what Kubernetes makes for services of that name is passed over', () => {
    expect(
      complaints({
        WINNOW_SERVICE_HOST: '10.0.0.1',
        WINNOW_SERVICE_PORT: '80',
        WINNOW_SERVICE_PORT_HTTP: '80',
        WINNOW_PORT: 'tcp://10.0.0.1:80',
        WINNOW_PORT_80_TCP: 'tcp://10.0.0.1:80',
        WINNOW_PORT_80_TCP_ADDR: '10.0.0.1',
        WINNOW_REGISTRY_PORT: 'tcp://10.0.0.2:5000',
        WINNOW_REGISTRY_SERVICE_HOST: '10.0.0.2',
      }),
    ).toEqual([]);
    expect(complaints({ WINNOW_REGISTRY_PORT: '5000' })).toHaveLength(1);
  });

  test('variables that settings name for secrets are known', () => {
    const records = [
      'https://api.example/x#token-env=WINNOW_API_TOKEN',
      { from: 'postgres', passwordEnv: 'WINNOW_DB_PASSWORD' },
    ];
    expect(complaints({ WINNOW_API_TOKEN: 'x', WINNOW_DB_PASSWORD: 'x' }, { records })).toEqual([]);
    expect(complaints({ WINNOW_API_TOKEN: 'x' })).toHaveLength(1);
  });

  test('variables of others do not matter', () => {
    expect(complaints({ HOME: '/', PATH: '/bin', MY_WINNOW_X: '1', WINNOW_CONFIG: 'x.yaml' })).toEqual([]);
  });
});
