import type { Gap } from '../../evidence/gap.ts';
import type { PullsRead } from '../../systems/pulls/contract.ts';
import { notificationFiles, notificationsBelow, openPulls, programsThatOnlyLook } from '../../systems/pulls/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Session } from './session.ts';

/** What is needed of a session to read what a registry told. */
export type ToldSession = Pick<Session, 'settings'> & {
  readonly terminal: Pick<Session['terminal'], 'env' | 'signal'>;
};

export interface ToldFiles {
  /** Of the settings: they have to be there. */
  readonly named: readonly string[];
  /** Those of the settings, and what the service wrote down. */
  readonly all: readonly string[];
}

export interface ToldRead {
  readonly read: PullsRead;
  /** Why what the service wrote down could not be read. */
  readonly gap?: Pick<Gap, 'cause' | 'hint'>;
}

/** How long a push holds what it brought; 0: it holds nothing. */
export function pushLeaseOf({ settings }: Pick<ToldSession, 'settings'>): number {
  return settings.prune.pulls?.pushLeaseMs ?? settings.serve.notifications.pushLeaseMs;
}

/**
 * The files with what a registry told.
 *
 * @param sinceMs - files of days that ended before are of no interest; absent: all are
 */
export function toldFiles({ settings, terminal }: ToldSession, host: string, sinceMs?: number): ToldFiles {
  const named = settings.prune.pulls?.files ?? [];
  const below = terminal.env[notificationsBelow] ?? settings.stateDir;
  return { named, all: [...named, ...notificationFiles(below, host, sinceMs)] };
}

/**
 * Reads them. Files of the settings have to be there. What the service wrote itself is a gap where it can't be read: everything stays.
 *
 * @param pushesSinceMs - older pushes are passed over. @throws PULLS_UNREADABLE, PULLS_MALFORMED for files of the settings; the signal's reason
 */
export async function readTold(
  { settings }: Pick<ToldSession, 'settings'>,
  { named, all }: ToldFiles,
  pushesSinceMs: number,
  signal: AbortSignal,
): Promise<ToldRead> {
  const { ignoreUserAgents: userAgents = programsThatOnlyLook, ignoreActors: actors = [] } = settings.prune.pulls ?? {};
  const readThese = (files: readonly string[]) => openPulls({ files, userAgents, actors }).read(signal, pushesSinceMs);
  try {
    return { read: await readThese(all) };
  } catch (failure) {
    if (all.length === named.length || !(failure instanceof CodedError)) throw failure;
    const { message: cause, hint } = failure;
    return { read: await readThese(named), gap: { cause, ...(hint !== undefined && { hint }) } };
  }
}

/** Where a push since a moment may be hidden. */
export function openHole({ holes, times }: PullsRead, sinceMs: number): string | undefined {
  return (times.knownSinceMs ?? Number.POSITIVE_INFINITY) > sinceMs ? holes[0] : undefined;
}
