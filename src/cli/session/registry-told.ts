import { applyPulls } from '../../evidence/apply-pulls.ts';
import { applyPushes } from '../../evidence/apply-pushes.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Gap } from '../../evidence/gap.ts';
import type { Sink } from '../../evidence/sink.ts';
import type { PullsRead } from '../../systems/pulls/contract.ts';
import { notificationFiles, openPulls, programsThatOnlyLook } from '../../systems/pulls/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Session } from './session.ts';

/** What a registry told of pulls and pushes, as it was written down. */
export interface RegistryTold {
  /** Since when every pull is known. */
  readonly pullsKnownSinceMs: () => number | undefined;
  /** Joins it with the evidence of a survey of that registry. */
  readonly link: (evidence: Evidence, sink: Sink) => void;
}

/**
 * Reads what `prune.pulls` names, and what the service wrote down into the same state directory: pulls where rules ask for them, and
 * pushes where they hold something.
 *
 * @param host - of the registry
 * @param wantsPulls - whether a rule goes by them
 * @returns undefined where there is nothing, or nothing is wanted. @throws PULLS_UNREADABLE, PULLS_MALFORMED for files of the settings
 */
export async function registryTold(
  session: Pick<Session, 'settings' | 'terminal'>,
  host: string,
  wantsPulls: boolean,
): Promise<RegistryTold | undefined> {
  const { settings, terminal } = session;
  const pushLeaseMs = settings.prune.pulls?.pushLeaseMs ?? settings.serve.notifications.pushLeaseMs;
  const named = settings.prune.pulls?.files ?? [];
  const files = [...named, ...notificationFiles(settings.stateDir, host)];
  if (files.length === 0 || (!wantsPulls && pushLeaseMs === 0)) return undefined;
  const leasesSinceMs = terminal.nowMs() - pushLeaseMs;
  const { read, gap } = await readAll(session, named, files, leasesSinceMs);
  for (const hole of read.holes)
    terminal.say(`${terminal.paint.yellow('warning:')} pulls before this are unknown: ${hole}`);
  return {
    pullsKnownSinceMs: () => (gap === undefined ? read.times.knownSinceMs : undefined),
    link(evidence, sink) {
      const source = { scope: host, hides: 'holds' as const, source: `notifications of ${host}` };
      if (gap !== undefined) sink.gap({ ...source, ...gap });
      if (wantsPulls) applyPulls(evidence, sink, host, read.times);
      if (pushLeaseMs === 0) return;
      applyPushes(evidence, sink, host, read.pushes, { forMs: pushLeaseMs, nowMs: terminal.nowMs() });
      const hole = openHole(read, leasesSinceMs);
      if (hole !== undefined)
        sink.gap({
          ...{ ...source, cause: `looking for what was pushed lately: ${hole}` },
          hint: 'mend that line, or wait until the lease of pushes is over',
        });
    },
  };
}

interface ReadAll {
  readonly read: PullsRead;
  /** Why what the service wrote down could not be read. */
  readonly gap?: Pick<Gap, 'cause' | 'hint'>;
}

/** Files of the settings have to be there. What the service wrote itself is a gap where it can't be read: everything stays. */
async function readAll(
  { settings, terminal }: Pick<Session, 'settings' | 'terminal'>,
  named: readonly string[],
  files: readonly string[],
  leasesSinceMs: number,
): Promise<ReadAll> {
  const { ignoreUserAgents: userAgents = programsThatOnlyLook, ignoreActors: actors = [] } = settings.prune.pulls ?? {};
  const readThese = (some: readonly string[]) =>
    openPulls({ files: some, userAgents, actors }).read(terminal.signal, leasesSinceMs);
  try {
    return { read: await readThese(files) };
  } catch (failure) {
    if (files.length === named.length || !(failure instanceof CodedError)) throw failure;
    const { message: cause, hint } = failure;
    return { read: await readThese(named), gap: { cause, ...(hint !== undefined && { hint }) } };
  }
}

/** Where a push may be hidden that still holds something. */
function openHole({ holes, times }: PullsRead, sinceMs: number): string | undefined {
  return (times.knownSinceMs ?? Number.POSITIVE_INFINITY) > sinceMs ? holes[0] : undefined;
}
