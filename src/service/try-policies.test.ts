import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scheduleNamed, serveSettings } from '../../test/support/service-rig.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { keepEvidence } from './runs/run-files.ts';
import { policyTrials } from './try-policies.ts';

const never = new AbortController().signal;
const POLICIES = 'prune:\n  policies: [{name: a, repositories: ["*"], keepNewest: 3}]\n';

/** @param program - in JavaScript, run in place of `winnow`; `args` are its arguments */
async function trials(program: string) {
  const stateDir = makeTempFolder('state');
  mkdirSync(stateDir, { recursive: true });
  const from = join(stateDir, 'e');
  writeFileSync(from, 'evidence');
  await keepEvidence(stateDir, from, 'registry.example:5000', 'nightly');
  return policyTrials({
    ...{ stateDir, config: '/own.yaml', env: {} },
    settings: () => serveSettings([scheduleNamed('nightly', { config: '/prod.yaml' })]),
    command: { file: process.execPath, args: ['-e', `const args = process.argv.slice(1); ${program}`] },
  });
}

describe('policies', () => {
  test('are tried on the evidence of the last run, beside those of its schedule', async () => {
    const attempt = await trials(
      'console.log(JSON.stringify({ args, text: require("fs").readFileSync(args[4], "utf8") }))',
    );

    const { args, text } = (await attempt('registry.example:5000', POLICIES, never)) as {
      args: string[];
      text: string;
    };

    expect(args.join(' ')).toMatch(
      /^policy test \S+\.ndjson --config \S+policies\.yaml --against \/prod\.yaml -o json$/,
    );
    expect(text).toBe(POLICIES);
  });

  test('are tried one after the other', async () => {
    const attempt = await trials(
      'const from = Date.now(); setTimeout(() => console.log(JSON.stringify({ from, to: Date.now() })), 200)',
    );

    const times = (await Promise.all([1, 2, 3].map(() => attempt('registry.example:5000', POLICIES, never)))) as {
      from: number;
      to: number;
    }[];

    times.sort((a, b) => a.from - b.from); // whose turn comes first, nobody promises
    for (const [n, { from }] of times.entries()) expect(from).toBeGreaterThanOrEqual(times[n - 1]?.to ?? 0);
  });

  test.each([
    ['other settings', `${POLICIES}registry: {passwordFile: /etc/shadow}`, /not registry/],
    ['other settings of prune', 'prune: {policies: [], pulls: {files: [/etc/passwd]}}', /not prune\.pulls/],
    ['no policies', 'limits: {}', /no list prune\.policies/],
    ['no map', '- 1', /no list prune\.policies/],
    ['no YAML', 'prune: {policies: [', /reading the policies to try/],
    [
      'a bomb',
      `a: &a [x,x]\n${'bcdefgh'
        .split('')
        .map(
          (c, n) =>
            `${c}: &${c} [${'abcdefgh'.charAt(n) && Array.from({ length: 9 }, () => `*${'abcdefgh'.charAt(n)}`).join(',')}]`,
        )
        .join('\n')}`,
      /reading the policies/,
    ],
    ['too much', 'x'.repeat(300_000), /longer than 256 KiB/],
  ])('with %s are refused before anything is begun', async (_, settings, words) => {
    const attempt = await trials('process.exit(9)');

    await expect(attempt('registry.example:5000', settings, never)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(words),
    });
  });

  test('that the settings’ check refuses are told without the name of our file', async () => {
    const attempt = await trials(
      'console.log(JSON.stringify({ error: { code: "CONFIG_INVALID", message: args[4] + ":2:3: no such setting" } })); process.exit(2)',
    );

    await expect(attempt('registry.example:5000', POLICIES, never)).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: 'the policies:2:3: no such setting',
    });
  });

  test('of a registry that no run has seen are not tried, and a process that fails is told', async () => {
    const attempt = await trials('console.error("out of memory"); process.exit(1)');

    await expect(attempt('other.example', POLICIES, never)).rejects.toMatchObject({ code: 'NO_EVIDENCE' });
    await expect(attempt('registry.example:5000', POLICIES, never)).rejects.toMatchObject({
      code: 'RUN_PROCESS_FAILED',
      message: expect.stringContaining('out of memory'),
    });
  });
});
