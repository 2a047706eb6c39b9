import { fileJournal } from '../../../src/systems/journal/file/file-journal.ts';

/* node begin-journal.mjs <state directory>: begins `run-1` and prints what came of it. */
const [state = ''] = process.argv.slice(2);
try {
  await fileJournal(state).begin('run-1', []);
  process.stdout.write(JSON.stringify({ code: 'none' }));
} catch (failure) {
  const { code, message, hint } = failure as { code?: string; message: string; hint?: string };
  process.stdout.write(JSON.stringify({ code, message, hint }));
}
