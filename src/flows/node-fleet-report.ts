import * as z from 'zod';
import { guards } from '../apply/outcome.ts';
import type { Action } from '../plan/action.ts';
import { decodePlan } from '../plan/codec.ts';
import { PlanError } from '../plan/errors.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { FleetOutcome, FleetRow } from '../report/node/fleet-report.ts';
import type { NodeReport } from '../report/node/node-report.ts';
import type { JobReport, NodeJob } from '../systems/fleet/contract.ts';

/*
 * What a Job tells comes from a node, through a log: it is checked like anything foreign. What can't be read, or contradicts what the cluster
 * says of the Job, makes the node `unknown`, never a success.
 */

const count = z.int().min(0);
const bytes = z.number();
const Things = z.object({ containers: count, sandboxes: count, images: count });
const Disk = z.object({
  path: z.string(),
  capacityBytes: bytes,
  usedPercentBefore: z.number(),
  usedPercentAfter: z.number().exactOptional(),
});
const Work = z.object({
  runtime: z.string(),
  found: Things,
  removed: Things,
  predictedBytes: bytes,
  exactBytes: z.boolean(),
  freedBytes: bytes,
  measuredBytes: bytes.exactOptional(),
  disks: z.array(Disk),
  ...{ skipped: count, failed: count, gaps: count },
  causes: z.array(z.string()),
});
const guard = z.enum(Object.keys(guards) as [keyof typeof guards, ...(keyof typeof guards)[]]);
const Outcome = z.discriminatedUnion('result', [
  z.object({ result: z.literal('done') }),
  z.object({ result: z.literal('already-gone') }),
  z.object({ result: z.literal('skipped'), guard, why: z.string() }),
  z.object({ result: z.literal('failed'), code: z.string(), why: z.string() }),
]);
const Report = z.object({
  winnow: z.literal('node-report/v1'),
  node: z.string(),
  by: z.string(),
  exitCode: z.literal(Object.values(exitCodes)),
  mode: z.enum(['plan', 'apply']),
  error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
  runId: z.string().exactOptional(),
  work: Work.exactOptional(),
  uses: z.object({ takenAtMs: z.number(), images: z.array(z.string()), unseen: z.array(z.string()) }).exactOptional(),
  plan: z.string().exactOptional(),
  planUnfit: z.string().exactOptional(),
  outcomes: z.array(z.object({ n: z.int().min(1), outcome: Outcome })).exactOptional(),
}) satisfies z.ZodType<NodeReport>;

const missing = {
  'no-log': 'its pod or its log is gone',
  none: 'there is no report in its log',
  cut: 'the report in its log is not whole',
} as const;

/** What a fleet has asked of a Job. */
export interface AskedOfJob {
  readonly mode: NodeReport['mode'];
  /** That it tells its plan. */
  readonly wantsPlan: boolean;
}

/** The row of a node whose Job is not looked at any more. */
export async function rowOfJob(job: NodeJob, told: JobReport, asked: AskedOfJob): Promise<FleetRow> {
  const { node, name } = job;
  const row = (outcome: FleetOutcome, why: string): FleetRow => ({ node, outcome, why, job: name, isSilent: true });
  if (job.state === 'running') return row('unknown', `its Job has not ended in its time${wordsOf(job)}`);
  if (job.state === 'gone') return row('unknown', 'its Job was removed before its end was seen');
  // A Job that ran out of its time, or could not begin, has told nothing: that is no riddle.
  if (typeof told === 'string' && job.state === 'failed' && told !== 'cut')
    return row('failed', `${job.why ?? 'its Job failed'}${refusalIn(job, told)}`);
  if (typeof told === 'string') return row('unknown', `${missing[told]}${wordsOf(job)}`);
  const report = decode(told.text);
  if (typeof report === 'string') return row('unknown', report);
  const doubt = contradiction(job, report, asked);
  if (doubt !== undefined) return row('unknown', doubt);
  if (report.planUnfit !== undefined) return { node, outcome: 'failed', why: report.planUnfit, job: name };
  const plan = report.plan === undefined ? undefined : await readNodePlan(report.plan, node);
  if (typeof plan === 'string') return row('unknown', plan);
  const outcome = outcomeOf(report);
  const why = whyOf(report, outcome);
  return {
    ...{ node, outcome, job: name },
    ...(why !== undefined && { why }),
    ...(report.runId !== undefined && { runId: report.runId }),
    ...(report.work !== undefined && { work: report.work }),
    ...(report.uses !== undefined && { uses: report.uses }),
    ...(plan !== undefined && { plan }),
    ...(report.outcomes !== undefined && { outcomes: report.outcomes }),
  };
}

/** Who refuses what it is asked before it can tell so in a report does not know the words. */
function refusalIn({ why }: NodeJob, told: JobReport): string {
  const isRefusal = told === 'none' && why?.startsWith(`it ended with ${exitCodes.usage}`) === true;
  return isRefusal ? ': is its image another version of Winnow?' : '';
}

const wordsOf = ({ why }: NodeJob) => (why === undefined ? '' : `: ${why}`);

/** @returns a text: what is wrong with it */
function decode(text: string): NodeReport | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return 'its report is no JSON';
  }
  const { success, data, error } = Report.safeParse(value);
  if (success) return data;
  return `its report is not as it should be, at ${error.issues[0]?.path.join('.') || 'its beginning'}: is the image another version of Winnow?`;
}

/** @returns a text: what is wrong with it */
async function readNodePlan(text: string, node: string): Promise<NonNullable<FleetRow['plan']> | string> {
  try {
    const { header, actions } = await decodePlan(linesOf(text));
    const all: Action[] = [];
    for await (const action of actions) all.push(action);
    const { scope, flow } = header;
    const isOfNode = flow === 'node-gc' && header.node !== undefined && scope.node?.name === node;
    return isOfNode ? { header, actions: all } : 'its report has a plan that is not for this node';
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return `its report has a plan that can not be read: ${error.code}: ${error.message}`;
  }
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.replace(/\n$/, '').split('\n');
}

function contradiction(job: NodeJob, report: NodeReport, { mode, wantsPlan }: AskedOfJob): string | undefined {
  if (report.node !== job.node) return `its report is about another node, ${report.node}`;
  if (report.mode !== mode) return `its report is about mode ${report.mode}, and ${mode} was asked for`;
  const hasEndedWell = report.exitCode === exitCodes.done;
  if (hasEndedWell !== (job.state === 'succeeded'))
    return `its report ends with ${report.exitCode}, and the Job has ${job.state}${wordsOf(job)}`;
  const isGood = hasEndedWell || report.exitCode === exitCodes.evidence;
  if (isGood && report.work === undefined) return 'its report does not tell what was done';
  const hasPlan = report.plan !== undefined || report.planUnfit !== undefined;
  return isGood && wantsPlan && !hasPlan
    ? 'its report has no plan: is the image an older version of Winnow?'
    : undefined;
}

function outcomeOf({ exitCode }: NodeReport): FleetOutcome {
  switch (exitCode) {
    case exitCodes.done:
      return 'success';
    case exitCodes.evidence:
      return 'incomplete';
    case exitCodes.partial:
      return 'partial';
    case exitCodes.limit:
    case exitCodes.outdated:
      return 'refused';
    default:
      return 'failed';
  }
}

function whyOf({ error, work, exitCode }: NodeReport, outcome: FleetOutcome): string | undefined {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  if (outcome === 'success') return undefined;
  if (outcome === 'incomplete') return 'something could not be seen there, and keeps what it may be about';
  const causes = work?.causes ?? [];
  return causes.length > 0 ? causes.join('; ') : `it ended with ${exitCode}`;
}
