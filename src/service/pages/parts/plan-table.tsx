import type { PlanRow } from '../../../systems/history/contract.ts';
import { Bytes } from './amount.tsx';
import { Scroll } from './scroll.tsx';
import { Mark, type Tone } from './state.tsx';

const outcomeTones: Readonly<Record<string, Tone>> = {
  done: 'good',
  'already-gone': 'good',
  skipped: 'warn',
  failed: 'bad',
};

/** Actions of a plan, a row each, with the reason for every one. */
export function PlanTable(props: {
  readonly rows: readonly PlanRow[];
  readonly caption: string;
  readonly withOutcome: boolean;
}) {
  const { rows, caption, withOutcome } = props;
  return (
    <Scroll name={caption} tall>
      <table class="rows">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" class="num">
              #
            </th>
            <th scope="col">Action</th>
            <th scope="col">Target</th>
            <th scope="col">Reason</th>
            <th scope="col" class="num">
              Frees
            </th>
            {withOutcome && <th scope="col">Outcome</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row row={row} withOutcome={withOutcome} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ row, withOutcome }: { readonly row: PlanRow; readonly withOutcome: boolean }) {
  const { n, verb, target, reason, reasonCode, freesBytes, outcome, outcomeWhy } = row;
  return (
    <tr>
      <td class="num">{n + 1}</td>
      <td class="verb">{verb}</td>
      <th scope="row" class="target mono">
        {target}
      </th>
      <td class="break">
        {reason} <small>{reasonCode}</small>
      </td>
      <td class="num">
        <Bytes of={freesBytes} />
      </td>
      {withOutcome && (
        <td class="break">
          {outcome !== undefined && <Mark tone={outcomeTones[outcome] ?? 'calm'}>{outcome}</Mark>} {outcomeWhy}
        </td>
      )}
    </tr>
  );
}
