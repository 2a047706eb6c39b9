import {
  checkPruneImagesFlags,
  type PruneImagesFlags,
  type PruneImagesOptions,
  pruneImagesOptions,
} from '../../config/prune-images-options.ts';
import type { PlannedImages } from '../../flows/prune-images.ts';
import { encodePlan } from '../../plan/codec.ts';
import { keptImages } from '../../plan/count-images.ts';
import { type ExitCode, exitCodeOfPlan, exitCodeOfRun } from '../../report/exit-code.ts';
import { renderPlan } from '../../report/plan/render-plan.ts';
import { pruneImagesPlanEvent, pruneImagesRunEvent } from '../../report/prune-images-event.ts';
import { renderRun } from '../../report/run/render-run.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { openImagePruner } from '../session/image-pruner.ts';
import { type OpenImages, openImages, openRegistryOf, openToWrite } from '../session/images-session.ts';
import { imagesChoices, makeImagesPlan } from '../session/make-images-plan.ts';
import { streamed, writePlanFile } from '../session/plan-file.ts';
import { type ImagesToChange, runImagesPlan } from '../session/run-images-plan.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { readSettings, type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

/** As the command line gives them. `--cluster` says whose images; its values are those of {@link SettingsFlags.clusters}. */
export interface PruneImagesCommandFlags extends PruneImagesFlags, OutputFlags {
  readonly cluster?: readonly string[];
  readonly clusterName?: string;
  readonly alias?: readonly string[];
  readonly config?: string;
  readonly stateDir?: string;
  readonly logLevel?: string;
  readonly timeout?: string;
  readonly retries?: string;
  readonly maxDeletions?: string;
  readonly maxShare?: string;
  readonly maxShareOfRepository?: string;
  readonly minRemaining?: string;
  readonly maxDropShare?: string;
  readonly expiresAfter?: string;
  readonly imagePruner?: string;
  readonly confirm?: boolean;
  readonly planOut?: string;
  readonly showKept?: boolean;
}

export async function pruneImages(
  terminal: Terminal,
  flags: PruneImagesCommandFlags,
  args: readonly string[],
): Promise<ExitCode> {
  assertNoArguments(args);
  return await withImages(terminal, flags, async (session, open, options) => {
    if (flags.confirm === true) return await confirmed(session, open, options, flags);

    const beganAtMs = terminal.nowMs();
    const planned = await makeImagesPlan(session, open, options);
    const { plan } = planned;
    if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
    await terminal.print(renderPlan(shown(planned, flags), flags.output, terminal.paint));
    await sendSummary(session, pruneImagesPlanEvent(plan.header, terminal.nowMs() - beganAtMs));
    return exitCodeOfPlan(plan.header);
  });
}

/** Reads flags, ImagePruner and settings, and finds the image API that they are about. */
export async function withImages(
  terminal: Terminal,
  flags: PruneImagesCommandFlags,
  work: (session: Session, open: OpenImages, options: PruneImagesOptions) => Promise<ExitCode>,
): Promise<ExitCode> {
  checkPruneImagesFlags(flags);
  const { settings } = await readSettings(terminal, settingsFlags(flags, undefined));
  const { imagePruner } = flags;
  const pruner = imagePruner === undefined ? undefined : await openImagePruner({ terminal, settings }, imagePruner);
  const { logLevel } = pruneImagesOptions(flags, pruner, settings);
  const own = settingsFlags(flags, logLevel);
  const all = settings.clusters.length > 0 ? own : { ...own, clusters: ['openshift'] };
  return await withSession(
    terminal,
    all,
    async (session) =>
      await work(session, await openImages(session), pruneImagesOptions(flags, pruner, session.settings)),
  );
}

/** The registry is asked first: whoever can't reach it learns that before all is looked at. */
async function confirmed(
  session: Session,
  open: OpenImages,
  options: PruneImagesOptions,
  flags: PruneImagesCommandFlags,
): Promise<ExitCode> {
  const { terminal } = session;
  const api = await openToWrite(open, terminal.signal);
  const registry = options.pruneRegistry ? await openRegistryOf(session, open, options) : undefined;
  try {
    return await planAndRun(session, open, { api, registry }, options, flags);
  } finally {
    await registry?.close();
  }
}

async function planAndRun(
  session: Session,
  open: OpenImages,
  change: ImagesToChange,
  options: PruneImagesOptions,
  flags: PruneImagesCommandFlags,
): Promise<ExitCode> {
  const { terminal } = session;
  const made = await makeImagesPlan(session, open, options);
  const { plan } = made;
  if (flags.planOut !== undefined) await writePlanFile(flags.planOut, plan);
  await warnOfSinks(session);
  const report = await runImagesPlan(session, open, change, {
    ...{ header: plan.header, actions: () => streamed(plan.actions), lines: encodePlan(plan), made },
    choices: imagesChoices(options),
    numWorkers: options.numWorkers,
  });
  await forgetOldRuns(session);
  await terminal.print(renderRun(report, flags.output, terminal.paint));
  await sendSummary(session, pruneImagesRunEvent(report, plan.header));
  return exitCodeOfRun(report, plan.header);
}

function shown({ plan, view, decisions }: PlannedImages, flags: PruneImagesCommandFlags) {
  const next = flags.planOut === undefined ? {} : { next: `winnow apply ${flags.planOut} --confirm` };
  return { ...plan, ...next, ...(flags.showKept === true ? { kept: keptImages(view.evidence, decisions) } : {}) };
}

function assertNoArguments(args: readonly string[]): void {
  if (args.length === 0) return;
  throw new CodedError<CliErrorCode>(
    'USAGE_INVALID',
    `reading the command line: no arguments are allowed to this command, and ${JSON.stringify(args[0])} is one`,
    { hint: 'write values of switches with an equals sign: --prune-registry=false' },
  );
}

/** The flags that are settings; the others are laid over the section `pruneImages` by themselves. */
function settingsFlags(flags: PruneImagesCommandFlags, logLevel: string | undefined): SettingsFlags {
  const { config, stateDir, clusterName, cluster: clusters, alias, timeout, retries, expiresAfter } = flags;
  const { badReferences, ignoreInvalidRefs } = flags;
  const { maxDeletions, maxShare, maxShareOfRepository, minRemaining, maxDropShare } = flags;
  return {
    ...{ config, stateDir, clusterName, clusters, alias, timeout, retries, expiresAfter },
    ...{ badReferences, ignoreInvalidRefs },
    ...{ maxDeletions, maxShare, maxShareOfRepository, minRemaining, maxDropShare },
    logLevel: flags.logLevel ?? logLevel,
  };
}
