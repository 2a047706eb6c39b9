#!/usr/bin/env node
/**
 * Builds, runs all tests (or those that the arguments, which go to vitest, select), and closes with what a reader needs:
 * every skipped suite by name, and as the very last line `N passed, N failed, N skipped`.
 *
 * It fails when anything failed, also outside a test, and when no test ran at all.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'winnow-results-'));
const resultsFile = join(folder, 'results.json');
const skipReport = join(folder, 'skipped.txt');
/** The command that is tested, where Node finds the packages that stay outside of it. */
await mkdir(join(ROOT, 'node_modules', '.cache'), { recursive: true });
const command = await mkdtemp(join(ROOT, 'node_modules', '.cache', 'winnow-tested-'));

try {
  const { counts, skips } = await buildAndTest();
  for (const skip of skips) process.stdout.write(`${skip}\n`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
} finally {
  for (const one of [folder, command]) await rm(one, { recursive: true, force: true });
}

async function buildAndTest() {
  if ((await node('scripts/build.mjs', command)) !== 0)
    return { counts: { passed: 0, failed: 1, skipped: 0 }, skips: [] };
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  const code = await node('node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2));
  return { counts: countResults(code, await readJson()), skips: await readSkips() };
}

/** Runs a script with this Node. @returns its exit code; 1 when a signal ended it */
function node(script, ...args) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, WINNOW_SKIP_REPORT: skipReport, TESTED_WINNOW: join(command, 'winnow.js') };
    const child = spawn(process.execPath, [join(ROOT, script), ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
}

async function readJson() {
  try {
    return JSON.parse(await readFile(resultsFile, 'utf8'));
  } catch (failure) {
    process.stderr.write(`reading the results of vitest: ${failure.message}\n`);
    return undefined;
  }
}

/** A file that failed without a failed test (it did not load, or its hooks failed) and an error outside all tests count as one failure each. */
function countResults(code, results) {
  if (results === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some(({ status }) => status === 'failed'),
  );
  const failed = results.numFailedTests + brokenFiles.length;
  const passed = results.numPassedTests;
  return {
    passed,
    failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

async function readSkips() {
  const text = await readFile(skipReport, 'utf8').catch((failure) => {
    if (failure.code === 'ENOENT') return '';
    throw failure;
  });
  return text.split('\n').filter((line) => line !== '');
}
