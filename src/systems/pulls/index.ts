import type { PullLog } from './contract.ts';
import { type FilePulls, filePulls } from './file/index.ts';
import { memoryPulls } from './memory/index.ts';

export { eventsIn } from './events.ts';
export type { FilePulls } from './file/index.ts';
export { programsThatOnlyLook } from './ignored.ts';
export {
  dayFile,
  daysIn,
  endOfDay,
  isRegistryHost,
  makeFolder,
  notificationFiles,
  notificationFolder,
  notificationsBelow,
  notificationsFolder,
} from './notification-files.ts';

/** The logs of pulls there are, each with the function that opens it. */
export const pullLogs = { file: filePulls, memory: memoryPulls } as const;

/** Opens a log. Nothing is read yet. */
export function openPulls(settings: FilePulls): PullLog {
  return pullLogs.file(settings);
}
