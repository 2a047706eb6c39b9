import type { ServeSettings } from '../config/serve-settings.ts';
import type { History } from '../systems/history/contract.ts';
import { messageOf } from '../util/pure/coded-error.ts';
import type { Standing } from './desk.ts';
import type { Leader } from './runs/leader.ts';
import { scheduleViews } from './schedule/schedule-views.ts';

export interface StandingParts {
  readonly version: string;
  readonly replica: string;
  readonly startedAtMs: number;
  readonly nowMs: () => number;
  readonly history: History;
  readonly settings: () => ServeSettings;
  readonly leader: Leader;
  /** Why the settings are not those of the file, where that is so. */
  readonly settingsTrouble: () => string | undefined;
  readonly stopping: AbortSignal;
}

/** How the service stands now. A history that is gone is a trouble, and no reason to say nothing. */
export async function standingOf(parts: StandingParts): Promise<Standing> {
  const { version, replica, startedAtMs, leader, history, settings, stopping } = parts;
  const troubles = [...leader.troubles, parts.settingsTrouble() ?? []].flat();
  const base = { version, replica, startedAtMs, leads: leader.leads, stopping: stopping.aborted };
  try {
    const schedules = await scheduleViews(history, settings().schedules, parts.nowMs());
    return { ...base, schedules, troubles };
  } catch (error) {
    const why = messageOf(error);
    return { ...base, schedules: [], troubles: troubles.includes(why) ? troubles : [...troubles, why] };
  }
}
