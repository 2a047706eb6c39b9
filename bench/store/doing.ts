import type { Journal, RunJournal } from '../../src/systems/journal/contract.ts';
import type { Store } from '../../src/systems/store/contract.ts';
import { stopwatch, type Usage } from '../measure/usage.ts';

export interface DoingTold {
  /** From the first line that says what is about to be done to the last that says it was. */
  readonly doing: Usage;
  /** In calls that move data, and in waiting for the journal, all that waited added up: these go on at the same time. */
  readonly hideMs: number;
  readonly journalMs: number;
}

/** Watches from outside when a run does things. */
export class Doing {
  readonly #watch = stopwatch();
  #began = false;
  #doing: Usage = { wallMs: 0, cpuMs: 0 };
  #hideMs = 0;
  #journalMs = 0;

  told(): DoingTold {
    return { doing: this.#doing, hideMs: this.#hideMs, journalMs: this.#journalMs };
  }

  store(store: Store): Store {
    return {
      ...store,
      hide: async (runId, blobs) => {
        const began = performance.now();
        const outcomes = await store.hide(runId, blobs);
        this.#hideMs += performance.now() - began;
        return outcomes;
      },
    };
  }

  journal(journal: Journal): Journal {
    return { ...journal, begin: async (runId, plan) => this.#watched(await journal.begin(runId, plan)) };
  }

  #watched(run: RunJournal): RunJournal {
    return {
      ...run,
      append: async (lines) => {
        const [first] = lines;
        if (first?.kind === 'intend' && !this.#began) {
          this.#began = true;
          this.#watch.lap();
        }
        const began = performance.now();
        await run.append(lines);
        if (first?.kind !== 'intend' && first?.kind !== 'outcome') return;
        this.#journalMs += performance.now() - began;
        const { wallMs, cpuMs } = this.#watch.lap();
        this.#doing = { wallMs: this.#doing.wallMs + wallMs, cpuMs: this.#doing.cpuMs + cpuMs };
      },
    };
  }
}
