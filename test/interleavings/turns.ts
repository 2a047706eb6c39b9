/** A whole number from 0 to below `end`. */
export type Chance = (end: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
}

interface Waiting {
  readonly untilMs: number;
  readonly sinceTurn: number;
  readonly go: () => void;
}

/** Nobody waits longer for a turn while others have theirs: so a request is over after a known time, as in the world. */
const PATIENCE = 8;
const SELDOM = 20;
const WHILE_MS = 40;

/**
 * Who goes next, in a world where all that happens at once happens step by step: everybody waits for a turn before each step, and chance
 * picks one. A turn takes a millisecond of the world's time.
 */
export class Turns {
  readonly #chance: Chance;
  #waiting: Waiting[] = [];
  #turn = 0;
  #nowMs: number;

  constructor(chance: Chance, startMs: number) {
    this.#chance = chance;
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Resolves when it is one's turn; now and then that takes a while, as a disk or a network does. */
  step(): Promise<void> {
    return this.sleep(this.#chance(SELDOM) === 0 ? this.#chance(WHILE_MS) : 0);
  }

  /** A turn, not before so many milliseconds. */
  sleep(ms: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ untilMs: this.#nowMs + ms, sinceTurn: this.#turn, go });
    });
  }

  /** Gives out turns until the work is over. @throws what it throws */
  async play(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    for (let idle = 0; !isOver; ) {
      // All that follows from the last turn comes first.
      await new Promise((resolve) => setImmediate(resolve));
      idle = this.#give() ? 0 : idle + 1;
      if (idle > 10_000) throw new Error('nobody waits for a turn, and the work is not over');
    }
    await over;
  }

  #give(): boolean {
    if (this.#waiting.length === 0) return false;
    this.#turn += 1;
    this.#nowMs += 1;
    let ready = this.#waiting.filter(({ untilMs }) => untilMs <= this.#nowMs);
    if (ready.length === 0) {
      this.#nowMs = Math.min(...this.#waiting.map(({ untilMs }) => untilMs));
      ready = this.#waiting.filter(({ untilMs }) => untilMs <= this.#nowMs);
    }
    const late = ready.filter(
      ({ sinceTurn, untilMs }) => untilMs + PATIENCE < this.#nowMs && sinceTurn + PATIENCE < this.#turn,
    );
    const among = late.length > 0 ? late : ready;
    const next = among[this.#chance(among.length)] as Waiting;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    next.go();
    return true;
  }
}
