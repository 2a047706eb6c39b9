import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { takeInventory } from '../../flows/inventory.ts';
import type { Planned } from '../../flows/plan-tags.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';

/** Writes what a plan was made from as a list, readable by its owner alone: a line for the whole, then one a repository, tag, image and link. */
export async function writeInventoryFile(path: string, planned: Planned): Promise<void> {
  try {
    await pipeline(Readable.from(linesOf(planned)), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    throw new CodedError<CliErrorCode>(
      'INVENTORY_FILE_UNWRITABLE',
      `writing the inventory to ${path}: ${failureWords(error)}`,
      { hint: cliErrors.INVENTORY_FILE_UNWRITABLE.hint, cause: error },
    );
  }
}

function* linesOf(planned: Planned): Generator<string> {
  const { header, lines } = takeInventory(planned);
  yield `${JSON.stringify(header)}\n`;
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}
