import { expect, test } from 'vitest';
import { redactRecordsSpec } from '../../systems/records/index.ts';
import { recordsOfPlan } from './plan-records.ts';

const query = 'query=SELECT id, status FROM changes';
const ofPlan = (spec: string, env: NodeJS.ProcessEnv = {}) =>
  recordsOfPlan({ id: 'plan-1', records: [redactRecordsSpec(spec)] }, env);

test.each([
  'file:/data/records.csv?format=csv',
  `sqlite:/data/records.db?${query}`,
  `postgres://me@db.example/shop?${query}`,
  `postgres://me@db.example/shop?${query}&password-file=/run/secrets/db&sslmode=require`,
  'https://api.example/changes?per_page=100#status=state&token-file=/run/secrets/token',
])('what holds no secret is asked again as it stands: %s', (spec) => {
  expect(ofPlan(spec)).toEqual([spec]);
});

test.each([
  `postgres://me:hunter2@db.example/shop?${query}`,
  `postgres://me@db.example/shop?password=hunter2&${query}`,
  `postgres://me@db.example/shop?${query}&password=hunter2`,
])('a password that the plan does not hold is asked for, or taken from PGPASSWORD: %s', (spec) => {
  expect(() => ofPlan(spec)).toThrow(
    expect.objectContaining({
      code: 'PLAN_RECORDS_INCOMPLETE',
      message: expect.stringMatching(/^applying plan plan-1: it names the records .*\*{3}.*; nothing was deleted$/),
      hint: 'give --records again, or set PGPASSWORD, or name the source with a passwordFile in the settings file',
    }),
  );

  const [asked = ''] = ofPlan(spec, { PGPASSWORD: 'hunter2' });
  expect(asked).not.toContain('password');
  expect(asked).not.toContain('*');
  expect(asked).toContain('postgres://me@db.example/shop?');
  expect(asked).toContain(query);
});

test.each([
  ['https://me:hunter2@api.example/changes', 'its password or token'],
  ['https://api.example/changes?token=hunter2#status=state', 'its password or token'],
  ['postgres://me:h#unter2@db.example/shop', 'its password or token'],
  ['postgres://me@db.example/shop', 'all its settings'],
  ['file:/data/records.csv (and more in the settings file)', 'all its settings'],
])('what nothing in the environment can complete has to be given again: %s', (spec, what) => {
  expect(() => ofPlan(spec, { PGPASSWORD: 'x' })).toThrow(
    expect.objectContaining({
      code: 'PLAN_RECORDS_INCOMPLETE',
      message: expect.stringContaining(`but does not hold ${what}; nothing was deleted`),
      hint: 'give --records again, or the settings file with which the plan was made',
    }),
  );
});
