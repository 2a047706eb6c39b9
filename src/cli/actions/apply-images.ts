import { assertApplicable } from '../../flows/apply-plan.ts';
import type { PruneImagesInput } from '../../flows/prune-images.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { type ExitCode, exitCodeOfRun } from '../../report/exit-code.ts';
import { pruneImagesRunEvent } from '../../report/prune-images-event.ts';
import { renderRun } from '../../report/run/render-run.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import {
  type OpenImages,
  openImages,
  openRegistryOf,
  openToWrite,
  type RegistryAccess,
} from '../session/images-session.ts';
import { clustersOfPlan } from '../session/plan-clusters.ts';
import type { ReadPlan } from '../session/plan-file.ts';
import { runImagesPlan } from '../session/run-images-plan.ts';
import { forgetOldRuns } from '../session/run-plan.ts';
import { readSettings, type Session, withSession } from '../session/session.ts';
import { sendSummary, warnOfSinks } from '../session/summary-event.ts';
import type { Terminal } from '../terminal.ts';

interface ApplyImagesFlags extends SettingsFlags, OutputFlags {
  readonly confirm?: boolean;
}

/** Applies a saved plan for OpenShift's images. @param show - shows it, where nothing is confirmed */
export async function applyToImages(
  terminal: Terminal,
  plan: ReadPlan,
  flags: ApplyImagesFlags,
  show: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const { header } = plan;
  return await withSession(terminal, await withClustersOf(terminal, flags, header), async (session) => {
    assertApplicable(header, terminal.nowMs());
    if (flags.confirm !== true) return await show();
    const open = await openImages(session, header.scope.images?.name);
    return await confirmed(session, open, plan, flags);
  });
}

async function confirmed(
  session: Session,
  open: OpenImages,
  plan: ReadPlan,
  flags: ApplyImagesFlags,
): Promise<ExitCode> {
  const { terminal, settings } = session;
  const { header } = plan;
  const api = await openToWrite(open, terminal.signal);
  const policy = header.policy as PruneImagesInput['policy'];
  const registry = policy.pruneRegistry
    ? await openRegistryOf(session, open, accessOf(flags, session), header.scope.images?.registryUrl)
    : undefined;
  try {
    await warnOfSinks(session);
    const { bad } = settings.references;
    const report = await runImagesPlan(
      session,
      open,
      { api, registry },
      {
        ...{ header, actions: plan.reread, lines: plan.lines, made: undefined },
        choices: { policy, badReferences: bad },
        numWorkers: settings.pruneImages.numWorkers,
      },
    );
    await forgetOldRuns(session);
    await terminal.print(renderRun(report, flags.output, terminal.paint));
    await sendSummary(session, pruneImagesRunEvent(report, header));
    return exitCodeOfRun(report, header);
  } finally {
    await registry?.close();
  }
}

/** Clusters that neither command line nor settings name are those of the plan. */
export async function withClustersOf<Flags extends SettingsFlags>(
  terminal: Terminal,
  flags: Flags,
  header: PlanHeader,
): Promise<Flags> {
  const { settings } = await readSettings(terminal, flags);
  return settings.clusters.length > 0 ? flags : { ...flags, clusters: clustersOfPlan(header) };
}

/** `--registry-url` and what goes with it mean the integrated registry here; what is not typed, the section `pruneImages` tells. */
export function accessOf(flags: SettingsFlags, { settings }: Session): RegistryAccess {
  const { registryUrl: url, caFile: file, forceInsecure } = settings.pruneImages;
  const { registryUrl = flags.registry ?? url, certificateAuthority: caFile = file } = flags;
  return {
    ...(registryUrl === undefined ? {} : { registryUrl: String(registryUrl) }),
    ...(caFile === undefined ? {} : { caFile: String(caFile) }),
    forceInsecure: flags.forceInsecure === undefined ? forceInsecure : flags.forceInsecure === true,
  };
}
