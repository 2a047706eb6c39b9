import { markOf } from '../../flows/fresh-mark.ts';
import type { PlannedStore } from '../../flows/plan-store.ts';
import { encodePlan } from '../../plan/codec.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { Store } from '../../systems/store/contract.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { wait } from '../../util/wait.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { withLoopVariables } from '../session/loop-variables.ts';
import { makeStorePlan } from '../session/make-store-plan.ts';
import { streamed, writePlanFile } from '../session/plan-file.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { runStorePlan } from '../session/run-store-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { parseShard } from '../session/shard-of.ts';
import { openStoreOf } from '../session/store-session.ts';
import type { Terminal } from '../terminal.ts';

/** `--registry` can be given more than once here: its values are those of {@link SettingsFlags.registries}. */
interface HardPruneFlags extends Omit<SettingsFlags, 'registry'>, OutputFlags {
  readonly registry?: readonly string[];
  readonly confirm?: boolean;
  readonly planOut?: string;
  readonly shard?: string;
  readonly every?: string;
}

export async function hardPrune(terminal: Terminal, given: HardPruneFlags): Promise<ExitCode> {
  const flags = withLoopVariables(given, terminal.env);
  if (flags.every === undefined) return await once(terminal, flags);
  const everyMs = parseDuration(flags.every);
  for (;;) {
    const beganAtMs = terminal.nowMs();
    const code = await once(terminal, flags);
    if (!(await waited(Math.max(0, beganAtMs + everyMs - terminal.nowMs()), terminal.signal))) return code;
  }
}

/** False: it was stopped meanwhile. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

async function once(terminal: Terminal, flags: HardPruneFlags): Promise<ExitCode> {
  const { registry: registries, ...rest } = flags;
  return await withSession(terminal, { ...rest, registries }, async (session) => {
    const store = await openStoreOf(session.loaded, terminal);
    try {
      return await planAndRun(session, store, flags);
    } finally {
      await store.close();
    }
  });
}

async function planAndRun(session: Session, store: Store, flags: HardPruneFlags): Promise<ExitCode> {
  const { terminal } = session;
  const isConfirmed = flags.confirm === true;
  const aheadMs = isConfirmed ? Math.round((await store.clockMs(terminal.signal)) - terminal.nowMs()) : 0;
  const planned = await makeStorePlan(session, store, {
    // A run and a saved plan need to know which links to remove.
    withRepositories: isConfirmed || flags.planOut !== undefined || flags.output !== 'table',
    ...(flags.shard === undefined ? {} : { shard: parseShard(flags.shard) }),
    aheadMs,
  });
  const { plan } = planned;
  if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
  if (isConfirmed && plan.header.broken.length === 0) return await confirmed(session, store, planned, flags, aheadMs);
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  await terminal.print(renderPlan({ ...plan, ...next }, flags.output, terminal.paint));
  return exitCodeOfPlan(plan.header);
}

async function confirmed(
  session: Session,
  store: Store,
  planned: PlannedStore,
  flags: HardPruneFlags,
  aheadMs: number,
): Promise<ExitCode> {
  const { terminal } = session;
  const { header, actions } = planned.plan;
  const beganAtMs = Math.min(...header.evidence.map(({ observedAtMs }) => observedAtMs)) + aheadMs;
  const report = await runStorePlan(session, store, {
    header,
    actions: () => streamed(actions),
    lines: encodePlan(planned.plan),
    mark: markOf(planned, store.name, beganAtMs),
  });
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  return exitCodeOfRun(report, header);
}
