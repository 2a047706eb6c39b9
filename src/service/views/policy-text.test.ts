import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { policyText } from './policy-text.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-policy-text-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function policiesIn(text: string) {
  const config = join(folder, 'winnow.yaml');
  await writeFile(config, text);
  return (await loadSettings({ flags: { config }, env: {}, cwd: folder, home: folder })).settings.prune.policy;
}

const everything = `
prune:
  minAge: 36h
  policies:
    - name: releases
      repositories: ['team/*/release']
      keepNewest: { count: 3, by: semver, ofEach: minor }
      keepMatching: [latest, '/v\\d+/']
      keepLabels: [keep, 'stage=prod*']
      keepAnnotations: [org.example.keep]
      keepPulledWithin: 90d
      untaggedAfter: 7d
    - name: builds
      repositories: ['team/**', 'ci/?']
      keepYoungerThan: { age: 90m, by: created }
      keepNewest: { count: 10, by: pushed, among: ['build-*'] }
      keepTagRevisions: 3
      deleteMatching: ['pr-*']
      deleteLargerThan: 5Gi
      deleteExpired: ['label:quay.expires-after']
      keep:
        - { label: 'stage=prod*', youngerThan: 30d }
        - { any: [{ untagged: true }, { not: { platform: 'linux/*' } }], annotation: 'a.b/c' }
      delete:
        - { olderThan: { age: 1500ms, by: tagged }, newest: 4 }
        - { all: [{ tagRevisions: 2 }, { largerThan: 2Gi }, { expired: ['annotation:x'] }, { pulledWithin: 1h }] }
    - { name: rest, repositories: ['**'], keepYoungerThan: 14d, keepNewest: 2, keepTagRevisions: 3 }
`;

it('policies of a plan are written so that they are read back as they were', async () => {
  const policy = await policiesIn(everything);
  const text = policyText(JSON.parse(JSON.stringify({ flow: 'prune', policy })));
  expect(await policiesIn(text ?? '')).toEqual(policy);
});

it('simple rules are written as one would write them', async () => {
  const policy = await policiesIn(
    "prune: {policies: [{name: all, repositories: ['**'], keepYoungerThan: 14d, keepNewest: 2}]}",
  );
  expect(policyText({ policy })).toBe(
    'prune:\n  minAge: 1d\n  policies:\n    - name: all\n      repositories:\n        - "**"\n      keepYoungerThan: 14d\n      keepNewest: 2\n',
  );
});

it('a plan without such policies has no text of them', () => {
  expect(policyText({ flow: 'hard-prune', policy: { grace: 1 } })).toBeUndefined();
  expect(policyText(undefined)).toBeUndefined();
});
