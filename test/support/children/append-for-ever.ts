import { fileJournal } from '../../../src/systems/journal/file/file-journal.ts';

/*
 * node append-for-ever.mjs <state directory> <run>: eight writers append numbered lines of many lengths until the process is
 * killed. After each append that resolved, `<writer> <number>` goes to stdout.
 */
const [state = '', runId = ''] = process.argv.slice(2);
const run = await fileJournal(state).begin(runId, []);

await Promise.all(
  Array.from({ length: 8 }, async (_, writer) => {
    for (let number = 0; ; number += 1) {
      const padding = 'x'.repeat((number * 7919 + writer * 104_729) % 20_000);
      await run.append([{ atMs: number, kind: 'intend', data: { writer, number, padding } }]);
      process.stdout.write(`${writer} ${number}\n`);
    }
  }),
);
