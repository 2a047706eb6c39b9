import * as z from 'zod';
import { settingsFile } from './schema/settings-file.ts';

/** A JSON Schema; what several places share is below `$defs`. */
export interface SettingsSchema {
  readonly $defs?: Readonly<Record<string, unknown>>;
}

/**
 * What a settings file may hold, as JSON Schema. Making it takes longer than all else that is done with settings, and it is always the
 * same: scripts/build.mjs puts its text in the place of this module.
 */
export function settingsSchema(): SettingsSchema {
  return z.toJSONSchema(settingsFile, { io: 'input' }) as SettingsSchema;
}
