import { flagName } from '../../config/flags.ts';
import type { PlannedNode } from '../../flows/node-gc.ts';
import { encodePlan } from '../../plan/codec.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { gapLines } from '../../report/gap-lines.ts';
import { keptOnNode } from '../../report/node/kept-on-node.ts';
import { nodeGcPlanEvent, nodeGcRunEvent } from '../../report/node-gc-event.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { Runtime } from '../../systems/runtime/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { wait } from '../../util/wait.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { makeNodePlan } from '../session/make-node-plan.ts';
import { type NodeStory, tellingTheFleet, usesOf } from '../session/node-fleet-tell.ts';
import { planToRun, writePlanFile } from '../session/plan-file.ts';
import { inRounds } from '../session/rounds.ts';
import { runNodePlan } from '../session/run-node-plan.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { nodeScope, openRuntimeOf } from '../session/runtime-session.ts';
import { type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import { showError } from '../show-error.ts';
import type { Terminal } from '../terminal.ts';

/** `--cluster` says here whose workloads are asked: its values are those of {@link SettingsFlags.clusters}. */
interface NodeGcFlags extends Omit<SettingsFlags, 'cluster'>, OutputFlags {
  readonly cluster?: readonly string[];
  readonly confirm?: boolean;
  readonly planOut?: string;
  readonly showKept?: boolean;
  readonly every?: string;
  readonly allNodes?: boolean;
  readonly fleetRun?: string;
  readonly snapshotOut?: string;
  /** This is a Job of a fleet. */
  readonly fleetReport?: boolean;
  /** Of such a Job: it tells its plan. */
  readonly fleetPlan?: boolean;
}

const ofFleets = [
  ...(['fleetImage', 'parallelism', 'nodeSelector', 'fleetNamespace', 'deadline', 'fleetRun', 'snapshotOut'] as const),
  ...(['kubeconfig', 'kubeContext'] as const),
];

export async function nodeGc(terminal: Terminal, flags: NodeGcFlags): Promise<ExitCode> {
  assertFleetFlags(flags);
  if (flags.every === undefined) return await once(terminal, flags);
  const tell = (error: unknown) => showError(error, terminal, flags);
  return await inRounds(terminal, { everyMs: parseDuration(flags.every), tell, wait }, () => once(terminal, flags));
}

async function once(terminal: Terminal, flags: NodeGcFlags): Promise<ExitCode> {
  const { cluster: clusters, ...rest } = flags;
  const settingsFlags = { ...rest, clusters };
  if (flags.allNodes === true) return await (await import('./node-fleet.ts')).nodeFleet(terminal, settingsFlags);
  return await withSession(terminal, settingsFlags, async (session) => {
    if (flags.fleetReport !== true) return (await onThisNode(session, flags)).exitCode;
    const asked = {
      node: nodeScope(session, { name: '' }).name,
      mode: flags.confirm === true ? 'apply' : 'plan',
    } as const;
    return await tellingTheFleet(terminal, asked, async () => {
      const { planned, ...story } = await onThisNode(session, flags);
      const { header, actions } = planned.plan;
      const plan = flags.fleetPlan === true ? { plan: [...encodePlan({ header, actions })].join('') } : {};
      return { header, ...story, ...plan, uses: usesOf(planned) };
    });
  });
}

type StoryHere = Pick<NodeStory, 'report' | 'exitCode'> & { readonly planned: PlannedNode };

async function onThisNode(session: Session, flags: NodeGcFlags): Promise<StoryHere> {
  const { terminal } = session;
  const runtime = await openRuntimeOf(session);
  try {
    const beganAtMs = terminal.nowMs();
    const planned = await makeNodePlan(session, runtime);
    const { plan } = planned;
    if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
    if (flags.confirm === true) return await confirmed(session, runtime, planned, flags);
    await terminal.print(renderPlan(shown(planned, flags), flags.output, terminal.paint));
    await sendSummary(session, nodeGcPlanEvent(plan.header, terminal.nowMs() - beganAtMs));
    return { planned, exitCode: exitCodeOfPlan(plan.header) };
  } finally {
    await runtime.close();
  }
}

async function confirmed(
  session: Session,
  runtime: Runtime,
  planned: PlannedNode,
  flags: NodeGcFlags,
): Promise<StoryHere> {
  const { terminal } = session;
  const { plan } = planned;
  // A run reports what it did; what it could not see is the reason why it did no more.
  for (const line of gapLines(plan.header.gaps, { all: false }, terminal.paint)) terminal.say(line);
  await warnOfSinks(session);
  const report = await runNodePlan(session, runtime, planToRun(plan));
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  await sendSummary(session, nodeGcRunEvent(report, plan.header));
  return { planned, report, exitCode: exitCodeOfRun(report, plan.header) };
}

/** Who forgets `--all-nodes` would have this node cleaned in place of those that he names. @throws USAGE_INVALID */
function assertFleetFlags(flags: NodeGcFlags): void {
  const given = ofFleets.find((name) => flags[name] !== undefined);
  if (flags.allNodes === true && flags.planOut !== undefined && flags.confirm === true)
    throw new CodedError<CliErrorCode>('USAGE_INVALID', 'going through all nodes: a plan is saved, or it is done', {
      hint: 'leave --confirm out, and then: winnow apply FILE --confirm',
    });
  if (flags.fleetPlan === true && flags.fleetReport !== true)
    throw new CodedError<CliErrorCode>('USAGE_INVALID', 'reading the options: --fleet-plan is about --fleet-report', {
      hint: 'leave it out: a plan is saved with --plan-out FILE',
    });
  if (flags.allNodes === true || given === undefined) return;
  throw new CodedError<CliErrorCode>('USAGE_INVALID', `reading the options: ${flagName(given)} is about all nodes`, {
    hint: 'add --all-nodes, or leave it out',
  });
}

function shown(planned: PlannedNode, flags: NodeGcFlags) {
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  return { ...planned.plan, ...next, ...(flags.showKept === true ? { kept: keptOnNode(planned) } : {}) };
}
