import type { Shard } from '../../flows/shard.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/** More parts than there are first two digits of a hash are too small to be worth a process each. */
const MAX_PARTS = 256;

/** Reads `2/8`: the second of eight parts. @throws USAGE_INVALID */
export function parseShard(text: string): Shard {
  const [, index = '', count = ''] = /^(\d{1,3})\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count && shard.count <= MAX_PARTS) return shard;
  throw new CodedError<CliErrorCode>(
    'USAGE_INVALID',
    `reading --shard ${JSON.stringify(text)}: it is no part of a whole`,
    { hint: `write it like 2/8: the second of eight parts, of ${MAX_PARTS} at most; ${cliErrors.USAGE_INVALID.hint}` },
  );
}
