import type { Guard } from '../doer.ts';
import { stopped } from '../outcome.ts';

/** Whether a registry still has an image, by one of its names: `host/repository@sha256:…`. */
export type CanBePulled = (
  name: string,
  signal: AbortSignal,
) => Promise<{ readonly has: boolean; readonly why: string }>;

/** Asks once more, just before an image goes, where its plan asks for that: what a registry had an hour ago it may have lost. */
export function repullableNow(canBePulled: CanBePulled): Guard {
  return async ({ expects, names = [] }, signal) => {
    if (expects.repullable !== true) return undefined;
    try {
      const why = await whyNotRepullable(names, canBePulled, signal);
      return why === undefined ? undefined : { result: 'skipped', guard: 'not-repullable', why };
    } catch (error) {
      if (signal.aborted) return stopped;
      throw error;
    }
  };
}

/** Why an image could not be pulled again, as far as is seen. Undefined: one of its names can. @param names - of the image, all of them */
export async function whyNotRepullable(
  names: readonly string[],
  canBePulled: CanBePulled,
  signal: AbortSignal,
): Promise<string | undefined> {
  const byDigest = names.filter((name) => name.includes('@'));
  if (byDigest.length === 0) return 'it has no name with a digest by which it could be pulled again';
  let last = '';
  for (const name of byDigest) {
    const { has, why } = await canBePulled(name, signal);
    if (has) return undefined;
    last = `${name}: ${why}`;
  }
  return last;
}
