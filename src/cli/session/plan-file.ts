import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Action } from '../../plan/action.ts';
import { decodePlan, encodePlan } from '../../plan/codec.ts';
import { PlanError } from '../../plan/errors.ts';
import type { Plan, PlanHeader } from '../../plan/plan.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { sha256Hex } from '../../util/pure/hash.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { PlanToRun } from './run-plan.ts';

/** A plan from a file. */
export interface ReadPlan extends PlanToRun {
  /** The actions from the first, as often as it is called. */
  reread(): AsyncIterable<Action>;
  /** All actions at once, to be shown. */
  collect(): Promise<readonly Action[]>;
  /** Of the whole file, unpacked, in hex. */
  sha256(): string;
}

/** Writes a plan file, readable by its owner alone: it names what a company runs. */
export async function writePlanFile(path: string, plan: Plan): Promise<void> {
  try {
    await pipeline(Readable.from(encodePlan(plan)), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    throw new CodedError<CliErrorCode>('PLAN_FILE_UNWRITABLE', `writing the plan to ${path}: ${failureWords(error)}`, {
      hint: cliErrors.PLAN_FILE_UNWRITABLE.hint,
      cause: error,
    });
  }
}

/**
 * Reads a plan file, checks it from end to end, and only then hands it out. The file is read once: what is applied is what was checked. It may
 * be packed, by gzip.
 *
 * @throws PLAN_FILE_UNREADABLE, PLAN_MALFORMED, PLAN_CUT_SHORT, PLAN_CHANGED
 */
export async function readPlanFile(path: string): Promise<ReadPlan> {
  const bytes = await readBytes(path);
  const header = await checkWhole(bytes, path);
  const collect = async () => {
    const all: Action[] = [];
    for await (const one of actionsOf(bytes)) all.push(one);
    return all;
  };
  return {
    header,
    actions: actionsOf(bytes),
    lines: withLineFeeds(bytes),
    reread: () => actionsOf(bytes),
    collect,
    sha256: () => sha256Hex(bytes),
  };
}

/** Reads to the end: it throws where the file was cut or changed, naming the file. */
async function checkWhole(bytes: Buffer, path: string): Promise<PlanHeader> {
  try {
    const { header, actions } = await decodePlan(linesOf(bytes));
    for await (const _ of actions);
    return header;
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw new PlanError(error.code, error.message.replace('reading the plan', `reading the plan ${path}`));
  }
}

/** A plan that was just made, fit for being applied. */
export function planToRun(plan: Plan): PlanToRun {
  return { header: plan.header, actions: streamed(plan.actions), lines: encodePlan(plan) };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const bytes = await readFile(path);
    return isPacked(bytes) ? await unpacked(bytes) : bytes;
  } catch (error) {
    throw new CodedError<CliErrorCode>('PLAN_FILE_UNREADABLE', `reading the plan ${path}: ${failureWords(error)}`, {
      hint: cliErrors.PLAN_FILE_UNREADABLE.hint,
      cause: error,
    });
  }
}

const isPacked = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const unpacked = promisify(gunzip) as (bytes: Buffer) => Promise<Buffer>;

async function* linesOf(bytes: Buffer): AsyncGenerator<string> {
  for (const line of withLineFeeds(bytes)) yield line.endsWith('\n') ? line.slice(0, -1) : line;
}

function* withLineFeeds(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, from);
    const to = feed < 0 ? bytes.length : feed + 1;
    yield bytes.toString('utf8', from, to);
    from = to;
  }
}

async function* actionsOf(bytes: Buffer): AsyncGenerator<Action> {
  yield* (await decodePlan(linesOf(bytes))).actions;
}

/** Actions one by one, as if they came from a file. */
export async function* streamed(actions: Iterable<Action>): AsyncGenerator<Action> {
  yield* actions;
}
