import { createReadStream } from 'node:fs';
import type { InventoryHeader, InventoryLine } from '../../systems/history/contract.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { errnoOf } from '../../util/pure/system-failure.ts';
import { textLinesIn } from '../../util/raw-lines.ts';
import { isOvertaken } from './patiently.ts';
import type { RunnerParts } from './runner-parts.ts';

/**
 * Puts the inventory that a run wrote into the history. Its first line is the header. Where another run about the same registry has begun to
 * save its own meanwhile, that one is newer, and stays.
 *
 * @returns the header; undefined where the run wrote none
 */
export async function saveInventory(
  { history, log }: Pick<RunnerParts, 'history' | 'log'>,
  path: string,
): Promise<InventoryHeader | undefined> {
  const lines = linesOf(path);
  try {
    const first = await lines.next();
    if (first.done === true) return undefined;
    const header = JSON.parse(first.value) as InventoryHeader;
    if (header.inventory !== 'inventory/v1') return undefined;
    await history.saveInventory(header, entries(lines)).catch((error: unknown) => {
      if (!isOvertaken(error)) throw error;
      log.info('an inventory is left to a run that saves a newer one', { why: messageOf(error) });
    });
    return header;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  } finally {
    await lines.return(undefined);
  }
}

async function* entries(lines: AsyncGenerator<string>): AsyncGenerator<InventoryLine> {
  for await (const line of lines) yield JSON.parse(line) as InventoryLine;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  yield* textLinesIn(createReadStream(path) as AsyncIterable<Buffer>);
}
