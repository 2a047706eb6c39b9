import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileJournal } from '../../../src/systems/journal/file/file-journal.ts';

/*
 * node fill-journal.mjs <small file system>: appends until the disk is full, makes room, appends again (to the journal as it
 * is, then to the reopened one), and prints what came of it all.
 */
const [disk = ''] = process.argv.slice(2);
const ballast = join(disk, 'ballast');
writeFileSync(ballast, 'x'.repeat(64 * 1024));

const journal = fileJournal(join(disk, 'state'));
const run = await journal.begin('run-1', []);
const line = (data: unknown) => ({ atMs: 0, kind: 'intend', data }) as const;
const codeOf = (failure: unknown) => (failure as { code?: string }).code;

let acknowledged = 0;
let whenFull: unknown;
while (whenFull === undefined)
  await run.append([line([acknowledged, 'x'.repeat(1500)])]).then(
    () => (acknowledged += 1),
    (failure: unknown) => (whenFull = failure),
  );
rmSync(ballast);
const withRoom = await run.append([line('late')]).catch((failure: unknown) => failure);
await run.close();

const again = await journal.reopen('run-1');
await again.append([line('after')]);
await again.close();
const data: unknown[] = [];
for await (const read of journal.read('run-1')) data.push(Array.isArray(read.data) ? read.data[0] : read.data);

const { message, hint } = whenFull as { message: string; hint: string };
process.stdout.write(
  JSON.stringify({ acknowledged, whenFull: codeOf(whenFull), message, hint, withRoom: codeOf(withRoom), data }),
);
