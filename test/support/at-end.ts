/**
 * What a test file started must end with it. Under vitest `end-with-the-file.ts` runs the endings, last registered
 * first; elsewhere (benchmarks) and in an accident the process' exit runs the synchronous ones.
 */
type Ending = () => Promise<void> | void;

const endings: Ending[] = [];
const atExit = new Set<() => void>();

process.on('exit', () => {
  for (const ending of atExit) ending();
});

/** Runs when the test file is done. Every ending runs, even when another fails. */
export function atEnd(ending: Ending): void {
  endings.push(ending);
}

/** Runs synchronously when the process exits without {@link runEndings}. @returns forgets it again */
export function atProcessExit(ending: () => void): () => void {
  atExit.add(ending);
  return () => atExit.delete(ending);
}

/** Runs all endings now. @throws AggregateError when some failed */
export async function runEndings(): Promise<void> {
  const failures: unknown[] = [];
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    try {
      await ending();
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'cleaning up after the test file');
}
