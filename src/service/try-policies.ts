import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { ServeSettings } from '../config/serve-settings.ts';
import { ServiceError } from './errors.ts';
import { policyTestArguments } from './runs/command-line.ts';
import { readPrinted } from './runs/printed-document.ts';
import { speech } from './runs/run-child.ts';
import { evidenceOf } from './runs/run-files.ts';
import { runProcess } from './runs/run-process.ts';
import type { RunnerParts } from './runs/runner-parts.ts';

export type TryParts = Pick<RunnerParts, 'stateDir' | 'config' | 'command' | 'env'> & {
  readonly settings: () => ServeSettings;
};

const LONGEST_MS = 30_000;
const GRACE_MS = 1000;
const MOST_OUT_BYTES = 64 * 1024 * 1024;
/** Of the policies of nobody's settings. */
const MOST_CHARACTERS = 256 * 1024;

/** Tries policies on saved evidence: one at a time, since each reads as much as a run of `prune`. */
export function policyTrials(parts: TryParts) {
  let last: Promise<unknown> = Promise.resolve();

  return async (target: string, settings: string, signal: AbortSignal): Promise<unknown> => {
    assertPoliciesAlone(settings);
    const evidence = await evidenceOf(parts.stateDir, target);
    if (evidence === undefined)
      throw new ServiceError(
        'NO_EVIDENCE',
        `trying policies on ${target}: no run of prune has left evidence of it here`,
      );
    const schedule = parts.settings().schedules.find(({ name }) => name === evidence.schedule);
    const trial = last.then(async () => {
      signal.throwIfAborted();
      return await tryOnce(parts, evidence.path, settings, schedule?.config ?? parts.config, signal);
    });
    last = trial.catch(() => undefined); // told to who asked
    return await trial;
  };
}

/** Other settings could name files of this machine: they have no business in what anybody who may read may send. */
function assertPoliciesAlone(settings: string): void {
  const refuse = (why: string): never => {
    throw policyInvalid(why);
  };
  if (settings.length > MOST_CHARACTERS) refuse('they are longer than 256 KiB');
  const document = parseDocument(settings);
  const [fault] = document.errors;
  if (fault !== undefined) refuse(fault.message.split('\n')[0] ?? 'they are no YAML');
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    refuse(error.message);
  }
  const prune = isMap(value) ? value['prune'] : undefined;
  if (!isMap(value) || !isMap(prune) || !Array.isArray(prune['policies']))
    throw policyInvalid('there is no list prune.policies');
  const others = [
    ...Object.keys(value).filter((key) => key !== 'prune'),
    ...Object.keys(prune)
      .filter((key) => key !== 'policies' && key !== 'minAge')
      .map((key) => `prune.${key}`),
  ];
  if (others.length > 0)
    refuse(`of settings only prune.policies and prune.minAge count here, not ${others.join(', ')}`);
}

function policyInvalid(why: string): ServiceError {
  return new ServiceError('POLICY_INVALID', `reading the policies to try: ${why}`);
}

async function tryOnce(
  parts: TryParts,
  evidence: string,
  settings: string,
  against: string | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-policies-'));
  const [tried, out] = [join(folder, 'policies.yaml'), join(folder, 'out.json')];
  const said: string[] = [];
  try {
    await writeFile(tried, settings, { mode: 0o600 });
    const end = await runProcess({
      file: parts.command.file,
      args: [...parts.command.args, ...policyTestArguments(evidence, tried, against)],
      env: { ...parts.env, ...speech },
      ...{ outFile: out, outMaxBytes: MOST_OUT_BYTES, deadlineMs: LONGEST_MS, graceMs: GRACE_MS, stop: signal },
      onLine: (line) => void (said.length < 20 && said.push(line)),
    });
    signal.throwIfAborted();
    const { error } = await readPrinted(out, end.outCut);
    if (error !== undefined && /^(CONFIG|POLICY)_/.test(error.code))
      throw new ServiceError('POLICY_INVALID', error.message.replaceAll(tried, 'the policies'));
    if (error !== undefined || end.code !== 0 || end.outCut)
      throw notTried(error?.message ?? said.join(' '), end.outOfTime);
    return JSON.parse(await readFile(out, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function notTried(why: string, outOfTime: boolean): ServiceError {
  const said = outOfTime ? `it took longer than ${LONGEST_MS / 1000} s` : why;
  return new ServiceError('RUN_PROCESS_FAILED', `trying policies on saved evidence: ${said}`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
