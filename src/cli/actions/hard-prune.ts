import { markOf } from '../../flows/fresh-mark.ts';
import { restoreReadWrite } from '../../flows/in-read-only-mode.ts';
import type { PlannedStore } from '../../flows/plan-store.ts';
import { encodePlan } from '../../plan/codec.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun, exitCodes } from '../../report/exit-code.ts';
import { hardPrunePlanEvent, hardPruneRunEvent } from '../../report/hard-prune-event.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { renderRun } from '../../report/run/render-run.ts';
import { renderReadWrite } from '../../report/store/read-write.ts';
import { renderMark } from '../../report/store/store-mark.ts';
import type { Store } from '../../systems/store/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { wait } from '../../util/wait.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { withLoopVariables } from '../session/loop-variables.ts';
import { makeMark } from '../session/make-mark.ts';
import { makeStorePlan } from '../session/make-store-plan.ts';
import { writeMarkFile } from '../session/mark-file.ts';
import { streamed, writePlanFile } from '../session/plan-file.ts';
import { openSwitching } from '../session/read-only-switching.ts';
import { withCache } from '../session/registry-cache.ts';
import { assertReplicasFit } from '../session/replicas.ts';
import { restartAfter } from '../session/restart-registry.ts';
import { inRounds } from '../session/rounds.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { runStorePlan } from '../session/run-store-plan.ts';
import { type Session, withSession } from '../session/session.ts';
import { openStoreOf } from '../session/store-session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import { type Sweep, sweepOf } from '../session/sweep.ts';
import { showError } from '../show-error.ts';
import type { Terminal } from '../terminal.ts';

/** `--registry` can be given more than once here: its values are those of {@link SettingsFlags.registries}. */
interface HardPruneFlags extends Omit<SettingsFlags, 'registry' | 'clusters'>, OutputFlags {
  readonly registry?: readonly string[];
  /** False: `--no-clusters`. */
  readonly clusters?: boolean;
  readonly confirm?: boolean;
  readonly planOut?: string;
  readonly shard?: string;
  readonly mark?: string;
  readonly markOut?: string;
  readonly every?: string;
  readonly restoreReadWrite?: boolean;
  readonly fsck?: boolean;
}

export async function hardPrune(terminal: Terminal, given: HardPruneFlags): Promise<ExitCode> {
  const flags = withLoopVariables(given, terminal.env);
  if (flags.fsck === true && flags.confirm !== true)
    throw new CodedError<CliErrorCode>(
      'USAGE_INVALID',
      'reading the command line: --fsck says more about --confirm, which is not given',
      { hint: `add --confirm, or look with: winnow fsck --store …; ${cliErrors.USAGE_INVALID.hint}` },
    );
  if (flags.every === undefined || flags.restoreReadWrite === true) return await once(terminal, flags);
  const tell = (error: unknown) => showError(error, terminal, flags);
  return await inRounds(terminal, { everyMs: parseDuration(flags.every), tell, wait }, () => once(terminal, flags));
}

async function once(terminal: Terminal, flags: HardPruneFlags): Promise<ExitCode> {
  const { registry: registries, clusters: asksClusters, ...rest } = flags;
  return await withSession(terminal, { ...rest, registries }, async (opened) => {
    const session = asksClusters === false ? withoutClusters(opened) : opened;
    const store = await openStoreOf(session.loaded, terminal);
    try {
      if (flags.restoreReadWrite === true) return await putBack(session, store, flags);
      if (flags.markOut !== undefined) return await saveMark(session, store, flags.markOut, flags);
      return await planAndRun(session, store, flags);
    } finally {
      await store.close();
    }
  });
}

/** Whatever clusters the settings name. */
function withoutClusters(session: Session): Session {
  return { ...session, settings: { ...session.settings, clusters: [] } };
}

async function planAndRun(opened: Session, whole: Store, flags: HardPruneFlags): Promise<ExitCode> {
  const session = await withCache(opened, whole, flags.confirm === true);
  const { terminal } = session;
  const startedAtMs = terminal.nowMs();
  const isConfirmed = flags.confirm === true;
  if (isConfirmed) await assertReplicasFit(session);
  const aheadMs = isConfirmed ? Math.round((await whole.clockMs(terminal.signal)) - terminal.nowMs()) : 0;
  const { store, ...sweep } = await sweepOf(session, whole, flags, aheadMs);
  const planned = await makeStorePlan(session, store, {
    // A run and a saved plan need to know which links to remove.
    withRepositories: isConfirmed || flags.planOut !== undefined || flags.output !== 'table',
    ...sweep,
    aheadMs,
  });
  const { plan } = planned;
  if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
  if (isConfirmed && plan.header.broken.length === 0)
    return await confirmed(session, { store, ...sweep }, planned, flags, aheadMs);
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  await terminal.print(renderPlan({ ...plan, ...next }, flags.output, terminal.paint));
  await sendSummary(session, hardPrunePlanEvent(plan.header, terminal.nowMs() - startedAtMs));
  return exitCodeOfPlan(plan.header);
}

async function confirmed(
  session: Session,
  { store, shard, shared }: Sweep,
  planned: PlannedStore,
  flags: HardPruneFlags,
  aheadMs: number,
): Promise<ExitCode> {
  const { terminal } = session;
  const { header, actions } = planned.plan;
  const beganAtMs = Math.min(...header.evidence.map(({ observedAtMs }) => observedAtMs)) + aheadMs;
  await warnOfSinks(session);
  const report = await runStorePlan(session, store, {
    header,
    actions: () => streamed(actions),
    lines: encodePlan(planned.plan),
    mark: shared?.mark ?? markOf(planned, store.name, beganAtMs),
    ...(shard === undefined ? {} : { part: shard }),
    isMarkShared: shared !== undefined,
  });
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  await sendSummary(session, hardPruneRunEvent(report, header));
  await restartAfter(session, report.steps);
  return exitCodeOfRun(report, header);
}

/** `--restore-read-write`: for what a run that died has left switched. */
async function putBack(session: Session, store: Store, flags: HardPruneFlags): Promise<ExitCode> {
  const { terminal } = session;
  const switching = await openSwitching(session, store.name);
  try {
    const result = await restoreReadWrite(switching, store, session.by, terminal.signal);
    const shown = { store: store.name, switchName: switching.readOnly.name, result };
    await terminal.print(renderReadWrite(shown, flags.output));
    return exitCodes.done;
  } finally {
    await switching.readOnly.close();
  }
}

/** `--mark-out`: for those who sweep in parts. */
async function saveMark(session: Session, store: Store, file: string, flags: HardPruneFlags): Promise<ExitCode> {
  const { terminal } = session;
  const mark = await makeMark(session, store);
  await writeMarkFile(file, mark);
  const { counts, expiresAtMs, broken, gaps } = mark.header;
  let unneeded = 0;
  for (const blobs of mark.blobs) unneeded += blobs.unneeded.length;
  const shown = { store: store.name, file, blobs: counts.blobs, unneeded, expiresAtMs, broken };
  await terminal.print(renderMark(shown, flags.output));
  if (broken.length > 0) return exitCodes.limit;
  return gaps.length > 0 ? exitCodes.evidence : exitCodes.done;
}
