import { assertApplicable } from '../../flows/apply-plan.ts';
import { PlanError } from '../../plan/errors.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { systemName } from '../../plan/plan.ts';
import { runSummaryEvent } from '../../report/events.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { hardPruneRunEvent } from '../../report/hard-prune-event.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { pruneRunEvent } from '../../report/prune-event.ts';
import { renderRun } from '../../report/run/render-run.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { rememberRegistry } from '../session/memory.ts';
import { tellingTheFleet } from '../session/node-fleet-tell.ts';
import { clustersOfPlan } from '../session/plan-clusters.ts';
import { type ReadPlan, readPlanFile } from '../session/plan-file.ts';
import { recordsOfPlan } from '../session/plan-records.ts';
import { withCache } from '../session/registry-cache.ts';
import { restartAfter } from '../session/restart-registry.ts';
import { countsTags, forgetOldRuns, runPlan } from '../session/run-plan.ts';
import { deletesManifests, runStorePlan } from '../session/run-store-plan.ts';
import { readSettings, withSession } from '../session/session.ts';
import { openStoreOfScope, withStoreOfPlan } from '../session/store-of-plan.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';
import { applyToFleet } from './apply-fleet.ts';
import { applyToImages } from './apply-images.ts';
import { applyInJob, applyToNode } from './apply-node.ts';

interface ApplyFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
  /** That no other plan is applied than the one with this hash. */
  readonly planSha256?: string;
  /** This is a Job of a fleet. */
  readonly fleetReport?: boolean;
  readonly fsck?: boolean;
}

export async function applyFile(
  terminal: Terminal,
  flags: ApplyFlags,
  [path = '']: readonly string[],
): Promise<ExitCode> {
  if (flags.fleetReport !== true) return await applyRead(terminal, await readTheOne(path, flags), flags, path);
  return await tellingTheFleet(terminal, { node: String(flags.nodeName ?? ''), mode: 'apply' }, async () =>
    applyInJob(terminal, await readTheOne(path, flags), flags),
  );
}

async function applyRead(terminal: Terminal, plan: ReadPlan, flags: ApplyFlags, path: string): Promise<ExitCode> {
  const { header } = plan;
  assertChecked(header, flags);
  const { fleet } = header.scope;
  if (fleet !== undefined)
    return await applyToFleet(terminal, plan, flags, fleet.jobs, () => show(terminal, plan, flags, path));
  if (header.scope.store !== undefined) return await applyToStore(terminal, plan, flags, path);
  if (header.scope.images !== undefined)
    return await applyToImages(terminal, plan, flags, () => show(terminal, plan, flags, path));
  if (header.scope.node !== undefined)
    return await applyToNode(terminal, plan, flags, () => show(terminal, plan, flags, path));
  return await withSession(terminal, await withPlansOwn(terminal, flags, header), async (session) => {
    assertSameRegistry(header, (await session.registry()).host);
    assertApplicable(header, terminal.nowMs());
    if (flags.confirm !== true) return await show(terminal, plan, flags, path);

    await warnOfSinks(session);
    const report = await runPlan(session, plan);
    if (countsTags(header)) {
      const removedTags = report.repositories.reduce((sum, { removed }) => sum + removed, 0);
      await rememberRegistry(header, await session.state(), terminal.nowMs(), removedTags);
    }
    await forgetOldRuns(session);
    await terminal.print(renderRun(report, flags.output, terminal.paint));
    await sendSummary(
      session,
      header.flow === 'prune' ? pruneRunEvent(report, header) : runSummaryEvent(report, header),
    );
    return exitCodeOfRun(report, header);
  });
}

async function applyToStore(terminal: Terminal, plan: ReadPlan, flags: ApplyFlags, path: string): Promise<ExitCode> {
  const { header } = plan;
  return await withSession(terminal, await withHoldersOf(terminal, flags, header), async (opened) => {
    const store = await openStoreOfScope(opened.loaded, header.scope, `applying plan ${header.id}`, terminal);
    try {
      assertApplicable(header, terminal.nowMs());
      if (flags.confirm !== true) return await show(terminal, plan, flags, path);
      const ofPlan = { ...opened, settings: withStoreOfPlan(opened.settings, header) };
      const session = await withCache(ofPlan, store, true);
      await warnOfSinks(session);
      const report = await runStorePlan(session, store, {
        header,
        actions: plan.reread,
        lines: plan.lines,
        mark: undefined,
      });
      await forgetOldRuns(session);
      await terminal.print(renderRun(report, flags.output, terminal.paint));
      await sendSummary(session, hardPruneRunEvent(report, header));
      await restartAfter(session, report.steps);
      return exitCodeOfRun(report, header);
    } finally {
      await store.close();
    }
  });
}

async function show(
  terminal: Terminal,
  { header, collect }: ReadPlan,
  flags: ApplyFlags,
  path: string,
): Promise<ExitCode> {
  const plan = { header, actions: await collect(), next: `winnow apply ${path} --confirm` };
  await terminal.print(renderPlan(plan, flags.output, terminal.paint));
  return exitCodeOfPlan(header);
}

/** @throws USAGE_INVALID for `--fsck` where there is no storage to be looked at, or nothing that could break it */
function assertChecked({ id, scope }: PlanHeader, { fsck, confirm }: ApplyFlags): void {
  if (fsck !== true || (scope.store !== undefined && confirm === true)) return;
  const why = scope.store === undefined ? 'its plan is not about a storage' : '--confirm is not given';
  const { hint } = cliErrors.USAGE_INVALID;
  throw new CodedError<CliErrorCode>('USAGE_INVALID', `applying plan ${id} with --fsck: ${why}`, { hint });
}

/** @throws PLAN_CHANGED for another plan than the one that was meant */
async function readTheOne(path: string, { planSha256 }: ApplyFlags): Promise<ReadPlan> {
  const plan = await readPlanFile(path);
  if (planSha256 === undefined || plan.sha256() === planSha256) return plan;
  throw new PlanError('PLAN_CHANGED', `reading the plan ${path}: it is another one than was meant; nothing was done`);
}

/** What command line, environment and settings file leave open, the plan tells. */
async function withPlansOwn(terminal: Terminal, flags: ApplyFlags, header: PlanHeader): Promise<ApplyFlags> {
  const { scope, records } = header;
  const { settings } = await readSettings(terminal, flags);
  const ownRecords = () => (flags.confirm === true ? recordsOfPlan(header, terminal.env) : records);
  return {
    ...flags,
    ...(settings.registry.url === undefined ? { registry: scope.registry?.url ?? '' } : {}),
    ...(settings.records.length === 0 && records.length > 0 ? { records: ownRecords() } : {}),
    ...(settings.clusters.length === 0 ? { clusters: clustersOfPlan(header) } : {}),
  };
}

/** Records that may hold a manifest, and clusters that may use one, are asked again: those of the settings, or where these name none, the plan's own. */
async function withHoldersOf(terminal: Terminal, flags: ApplyFlags, header: PlanHeader): Promise<ApplyFlags> {
  if (flags.confirm !== true || !deletesManifests(header)) return flags;
  const { settings } = await readSettings(terminal, flags);
  return {
    ...flags,
    ...(settings.records.length === 0 && header.records.length > 0 && { records: recordsOfPlan(header, terminal.env) }),
    ...(settings.clusters.length === 0 && { clusters: clustersOfPlan(header) }),
  };
}

/** @throws PLAN_OTHER_REGISTRY */
function assertSameRegistry({ id, scope }: PlanHeader, host: string): void {
  if (systemName(scope) === host) return;
  throw new PlanError(
    'PLAN_OTHER_REGISTRY',
    `applying plan ${id} to ${host}: it was made for ${systemName(scope)}; nothing was deleted`,
  );
}
