import { fileJournal } from './file/file-journal.ts';
import { memoryJournal } from './memory/memory-journal.ts';

/** The journals there are, each with the function that opens it. */
export const journals = {
  /** Below a state directory; the truth after a crash. */
  file: fileJournal,
  /** Gone with the process. */
  memory: memoryJournal,
} as const;
