import { applyPulls } from '../../evidence/apply-pulls.ts';
import { applyPushes } from '../../evidence/apply-pushes.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Sink } from '../../evidence/sink.ts';
import { openHole, pushLeaseOf, readTold, toldFiles } from './read-told.ts';
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
  const { terminal } = session;
  const pushLeaseMs = pushLeaseOf(session);
  const leasesSinceMs = terminal.nowMs() - pushLeaseMs;
  const files = toldFiles(session, host, wantsPulls ? undefined : leasesSinceMs);
  if (files.all.length === 0 || (!wantsPulls && pushLeaseMs === 0)) return undefined;
  const { read, gap } = await readTold(session, files, leasesSinceMs, terminal.signal);
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
