import { runEndings } from '../support/at-end.ts';
import { type CellResult, runCell } from './cell.ts';
import { readOptions, usage } from './options.ts';
import { detailsOf, tableOf } from './table.ts';

/** `npm run stress`: does a collector at work under load break anything? */
const cells = readOptions(process.argv.slice(2));
if (cells === undefined) process.stdout.write(usage);
else {
  const results: CellResult[] = [];
  try {
    for (const cell of cells) {
      process.stderr.write(`${cell.collector}, cache ${cell.cache}: ${cell.seconds} s\n`);
      const result = await runCell(cell);
      process.stderr.write(`${detailsOf(result)}\n`);
      results.push(result);
    }
  } finally {
    process.stdout.write(`${tableOf(results)}\n`);
    await runEndings();
  }
  const isBroken = results.some(({ broken, collected }) => broken.length > 0 || collected.failures.size > 0);
  process.exitCode = isBroken ? 1 : 0;
}
