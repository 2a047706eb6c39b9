import type { RunRecord } from '../../../systems/history/contract.ts';
import { Bytes, Count } from './amount.tsx';
import { flowWords, runSummary, triggerWords } from './run-words.ts';
import { Scroll } from './scroll.tsx';
import { State } from './state.tsx';
import { At } from './time.tsx';

/** Runs, a row each: when, what, where it stands, and what it came to. */
export function RunTable(props: {
  readonly runs: readonly RunRecord[];
  readonly basePath: string;
  readonly nowMs: number;
  /** In words, for who hears the page. */
  readonly caption: string;
}) {
  const { runs, basePath, nowMs, caption } = props;
  return (
    <Scroll name={caption}>
      <table class="rows">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Due</th>
            <th scope="col">Schedule</th>
            <th scope="col">State</th>
            <th scope="col">What it came to</th>
            <th scope="col" class="num">
              Found
            </th>
            <th scope="col" class="num">
              Live
            </th>
            <th scope="col" class="num">
              Removed
            </th>
            <th scope="col" class="num">
              Freed
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow run={run} basePath={basePath} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function RunRow({
  run,
  basePath,
  nowMs,
}: {
  readonly run: RunRecord;
  readonly basePath: string;
  readonly nowMs: number;
}) {
  return (
    <tr>
      <th scope="row">
        <a href={`${basePath}/runs/${encodeURIComponent(run.id)}`}>
          <At ms={run.dueAtMs} nowMs={nowMs} />
        </a>
      </th>
      <td>
        {run.schedule}
        <br />
        <small title={triggerWords(run)}>
          {flowWords(run.flow)}
          {run.trigger === 'schedule' ? '' : `, ${run.trigger}`}
        </small>
      </td>
      <td>
        <State of={run.state} />
      </td>
      <td class="break">{runSummary(run)}</td>
      <td class="num">
        <Count of={run.counts?.found} />
      </td>
      <td class="num">
        <Count of={run.counts?.live} />
      </td>
      <td class="num">
        <Count of={run.counts?.removed} />
      </td>
      <td class="num">{run.freedBytes === undefined ? <span class="none">–</span> : <Bytes of={run.freedBytes} />}</td>
    </tr>
  );
}
