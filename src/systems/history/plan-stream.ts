import { folded } from './batches.ts';
import type { NewPlanRow } from './plan-rows.ts';
import { type StoredSums, sumsToStore } from './stored-sums.ts';
import type { PlanPart } from './sums.ts';

/** Sums of rows that all filters treat alike: those of any query without a text are sums of these. */
export interface OutcomeSum extends PlanPart {
  /** Empty: none yet. */
  readonly outcome: string;
}

/** In which rows these three are. */
export interface PlanPlaces {
  readonly verb: string;
  readonly group: string;
  readonly reasonCode: string;
  readonly places: readonly number[];
}

export type PlanItem =
  | { readonly row: NewPlanRow & { readonly folded: string | undefined } }
  | { readonly sum: OutcomeSum }
  | { readonly places: PlanPlaces };

/**
 * What is to be written of a plan, in order: its rows, and at the end their sums and places. `rows` is the number of the last row, and one;
 * `stored` are the sums of the whole. Both are there once all items were taken.
 */
export function planItems(rows: AsyncIterable<NewPlanRow> | Iterable<NewPlanRow>): {
  readonly items: AsyncGenerator<PlanItem>;
  stored(): StoredSums;
  rows(): number;
} {
  const sums = new Map<string, Growing>();
  const places = new Map<string, PlanPlaces & { readonly places: number[] }>();
  let end = 0;
  let stored: StoredSums | undefined;
  async function* items(): AsyncGenerator<PlanItem> {
    for await (const row of rows) {
      end = Math.max(end, row.n + 1);
      addTo(sums, row);
      place(places, row);
      yield { row: { ...row, folded: folded(row.target) } };
    }
    stored = await sumsToStore(sums.values());
    for (const sum of sums.values()) yield { sum };
    for (const one of places.values()) yield { places: one };
  }
  return {
    items: items(),
    rows: () => end,
    stored() {
      if (stored === undefined) throw new Error('the rows of a plan were not all taken');
      return stored;
    },
  };
}

type Growing = { -readonly [Field in keyof OutcomeSum]: OutcomeSum[Field] };

function addTo(sums: Map<string, Growing>, row: NewPlanRow): void {
  const { verb, group, reasonCode, outcome = '', freesBytes } = row;
  const key = `${verb}\0${group}\0${reasonCode}\0${outcome}`;
  const known = sums.get(key);
  if (known === undefined) sums.set(key, { verb, group, reasonCode, outcome, actions: 1, freesBytes });
  else {
    known.actions += 1;
    known.freesBytes += freesBytes;
  }
}

function place(known: Map<string, PlanPlaces & { readonly places: number[] }>, row: NewPlanRow): void {
  const { n, verb, group, reasonCode } = row;
  const key = `${verb}\0${group}\0${reasonCode}`;
  const there = known.get(key);
  if (there === undefined) known.set(key, { verb, group, reasonCode, places: [n] });
  else there.places.push(n);
}
