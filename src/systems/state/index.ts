import type { State } from './contract.ts';
import { memoryState } from './memory/memory-state.ts';

/** Where Winnow can remember, each with the function that opens it. */
export const states = {
  /** In a file below the state directory. Its driver is loaded when it is asked for. */
  libsql: async (stateDir: string): Promise<State> => (await import('./libsql/libsql-state.ts')).libsqlState(stateDir),
  /** Gone with the process. */
  memory: memoryState,
} as const;
