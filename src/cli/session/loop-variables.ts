import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

interface LoopFlags {
  readonly every?: string | undefined;
  readonly minBlobAge?: string | number | boolean | undefined;
}

/**
 * The variables by which trow-garbage-collector is set, in seconds: `POLL_INTERVAL` is `--every`, `MIN_GC_BLOB_AGE` is `--min-blob-age`.
 * Flags go over them, and Winnow's own variable as well.
 *
 * @throws USAGE_INVALID for what is no number of seconds
 */
export function withLoopVariables<Flags extends LoopFlags>(flags: Flags, env: NodeJS.ProcessEnv): Flags {
  const every = flags.every ?? seconds(env, 'POLL_INTERVAL');
  const own = env['WINNOW_HARD_PRUNE_MIN_BLOB_AGE']?.trim() ?? '';
  const minBlobAge = flags.minBlobAge ?? (own === '' ? seconds(env, 'MIN_GC_BLOB_AGE') : undefined);
  return {
    ...flags,
    ...(every === undefined ? {} : { every }),
    ...(minBlobAge === undefined ? {} : { minBlobAge }),
  };
}

function seconds(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const text = env[variable]?.trim() ?? '';
  if (text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return `${text}s`;
  throw new CodedError<CliErrorCode>(
    'USAGE_INVALID',
    `reading the variable ${variable}: ${JSON.stringify(text)} is no number of seconds`,
    { hint: `write it like ${variable}=3600; ${cliErrors.USAGE_INVALID.hint}` },
  );
}
