import type { RunQuery, RunRecord, RunState } from '../../systems/history/contract.ts';
import { runStates } from '../../systems/history/index.ts';
import type { HttpParts } from '../http/parts.ts';
import { TimeLine } from '../pictures/time-line.tsx';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Options } from './parts/options.tsx';
import { RunTable } from './parts/run-table.tsx';
import { stateLooks } from './parts/state.tsx';
import { type PageContext, queryOf, show } from './show.ts';

const RUNS = 50;

interface Looked {
  readonly schedule: string | undefined;
  readonly state: RunState | undefined;
  readonly beforeMs: number | undefined;
}

/** `/runs`: what happened, and what happens? */
export async function showRuns(context: PageContext, parts: HttpParts): Promise<Response> {
  const looked = lookedFor(context);
  const [frame, runs] = await Promise.all([
    frameOf(context, parts),
    parts.history.runs({ ...runQuery(looked), limit: RUNS + 1 }),
  ]);
  return show(context, <Runs frame={frame} looked={looked} runs={runs.slice(0, RUNS)} hasMore={runs.length > RUNS} />);
}

function lookedFor(context: PageContext): Looked {
  const beforeMs = Number(queryOf(context, 'before'));
  return {
    schedule: queryOf(context, 'schedule'),
    state: runStates.find((state) => state === queryOf(context, 'state')),
    beforeMs: Number.isSafeInteger(beforeMs) && beforeMs > 0 ? beforeMs : undefined,
  };
}

function runQuery({ schedule, state, beforeMs }: Looked): Omit<RunQuery, 'limit'> {
  return {
    ...(schedule !== undefined && { schedule }),
    ...(state !== undefined && { states: [state] }),
    ...(beforeMs !== undefined && { dueBeforeMs: beforeMs }),
  };
}

function Runs(props: {
  readonly frame: Frame;
  readonly looked: Looked;
  readonly runs: readonly RunRecord[];
  readonly hasMore: boolean;
}) {
  const { frame, looked, runs, hasMore } = props;
  const { basePath, nowMs } = frame;
  const isPlain = looked.schedule === undefined && looked.state === undefined && looked.beforeMs === undefined;
  return (
    <Page frame={frame} title={looked.schedule === undefined ? 'Runs' : `Runs of ${looked.schedule}`} here="/runs">
      <h1>{looked.schedule === undefined ? 'Runs' : `Runs of ${looked.schedule}`}</h1>
      {isPlain && (
        <div
          data-live="/live"
          data-state={runs
            .slice(0, 8)
            .map(({ id, state }) => `${id} ${state}`)
            .join(',')}
        />
      )}
      {looked.schedule !== undefined && <TimeLines runs={runs} />}
      <section class="sheet" aria-label="Runs">
        <Filter frame={frame} looked={looked} />
        {runs.length === 0 ? (
          <p class="none">No run is like that.</p>
        ) : (
          <RunTable runs={runs} basePath={basePath} nowMs={nowMs} caption="Runs, newest first" />
        )}
        <nav class="pages" aria-label="More runs">
          {looked.beforeMs !== undefined && (
            <a href={wayTo(basePath, { ...looked, beforeMs: undefined })}>The newest</a>
          )}
          {hasMore && (
            <a rel="next" href={wayTo(basePath, { ...looked, beforeMs: runs.at(-1)?.dueAtMs })}>
              Older
            </a>
          )}
        </nav>
      </section>
      {looked.schedule === undefined && <TimeLines runs={runs} />}
    </Page>
  );
}

/** One for each schedule: their figures are about different things. A single run makes no line. */
function TimeLines({ runs }: { readonly runs: readonly RunRecord[] }) {
  const bySchedule = [...new Set(runs.map(({ schedule }) => schedule))].map((name) => ({
    name,
    own: runs.filter(({ schedule, trigger }) => schedule === name && trigger !== 'undo'),
  }));
  const lines = bySchedule.filter(({ own }) => own.length > 1);
  if (lines.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="time-line">
      <h2 id="time-line">Time line of these runs</h2>
      {lines.map(({ name, own }, n) => (
        <details open={n === 0}>
          <summary>{name}</summary>
          <TimeLine runs={own} />
        </details>
      ))}
    </section>
  );
}

function Filter({ frame, looked }: { readonly frame: Frame; readonly looked: Looked }) {
  const names = new Set(frame.standing?.schedules.map(({ name }) => name));
  if (looked.schedule !== undefined) names.add(looked.schedule);
  return (
    <form class="filter" method="get" action={`${frame.basePath}/runs`}>
      <div class="field">
        <label for="schedule">Schedule</label>
        <Options
          name="schedule"
          chosen={looked.schedule}
          options={[...names].sort().map((value) => ({ value, words: value }))}
        />
      </div>
      <div class="field">
        <label for="state">State</label>
        <Options
          name="state"
          chosen={looked.state}
          options={runStates.map((value) => ({ value, words: stateLooks[value].words }))}
        />
      </div>
      <button type="submit">Show</button>
      {(looked.schedule !== undefined || looked.state !== undefined) && <a href={`${frame.basePath}/runs`}>All</a>}
    </form>
  );
}

function wayTo(basePath: string, { schedule, state, beforeMs }: Looked): string {
  const search = new URLSearchParams();
  if (schedule !== undefined) search.set('schedule', schedule);
  if (state !== undefined) search.set('state', state);
  if (beforeMs !== undefined) search.set('before', `${beforeMs}`);
  const query = search.toString();
  return `${basePath}/runs${query === '' ? '' : `?${query}`}`;
}
