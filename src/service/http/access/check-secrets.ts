import type { ServeSettings } from '../../../config/serve-settings.ts';
import { addressRanges } from './addresses.ts';
import { secretFile } from './secret-file.ts';

/**
 * Reads every token and secret that the settings name, and the ranges of proxies: what is wrong there is told at the start, not to the
 * first who asks.
 *
 * @throws ACCESS_TOKEN_UNREADABLE, ACCESS_TOKEN_TOO_SHORT, ACCESS_RANGE_INVALID
 */
export async function assertSecrets({ access, notifications }: ServeSettings): Promise<void> {
  const paths = [
    ...access.tokens.map(({ tokenFile }) => tokenFile),
    ...[access.proxy?.secretFile, notifications.tokenFile].filter((path) => path !== undefined),
  ];
  addressRanges(access.proxy?.trusted ?? []);
  for (const path of paths) await secretFile(path).read();
}
