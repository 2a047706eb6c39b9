import type { HttpParts } from '../http/parts.ts';
import { DiskBar } from '../pictures/disk-bar.tsx';
import { RunStrip } from '../pictures/run-strip.tsx';
import { Spark } from '../pictures/spark.tsx';
import type { Need } from '../views/needs.ts';
import { FREED_DAYS, type OverviewView, overviewOf, type PlaceView, type ScheduleWithRuns } from '../views/overview.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count } from './parts/amount.tsx';
import { Icon } from './parts/icon.tsx';
import { RunTable } from './parts/run-table.tsx';
import { flowWords } from './parts/run-words.ts';
import { Scroll } from './parts/scroll.tsx';
import { Mark, State } from './parts/state.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, show } from './show.ts';

/** `/`: is all well, what can be had back, and what needs me? */
export async function showOverview(context: PageContext, parts: HttpParts): Promise<Response> {
  const frame = await frameOf(context, parts);
  const { standing = await parts.standing(), nowMs } = frame;
  const { watermark } = parts.settings();
  const view = await overviewOf({ history: parts.history, standing, watermark, nowMs });
  return show(context, <Overview frame={frame} view={view} watermark={watermark} />);
}

interface Parts {
  readonly frame: Frame;
  readonly view: OverviewView;
}

function Overview({
  frame,
  view,
  watermark,
}: Parts & { readonly watermark: { readonly high: number; readonly low: number } }) {
  // Another sum means another page: then all of it is read again.
  const state = view.lastRuns.map(({ id, state }) => `${id} ${state}`).join(',');
  return (
    <Page frame={frame} title="Overview" here="/">
      <h1>Overview</h1>
      <div data-live="/live" data-state={state} />
      <div class="columns">
        <Needs frame={frame} needs={view.needs} />
        <Figures frame={frame} view={view} />
      </div>
      <Schedules frame={frame} schedules={view.schedules} />
      <Places frame={frame} places={view.places} watermark={watermark} />
      <section class="sheet" aria-labelledby="last-runs">
        <div class="head">
          <h2 id="last-runs">Last runs</h2>
          <a class="end" href={`${frame.basePath}/runs`}>
            All runs
          </a>
        </div>
        {view.lastRuns.length === 0 ? (
          <p class="none">No run yet.</p>
        ) : (
          <RunTable
            runs={view.lastRuns}
            basePath={frame.basePath}
            nowMs={frame.nowMs}
            caption="The last runs of all schedules"
          />
        )}
      </section>
    </Page>
  );
}

/** What `/live` answers with: whether the first page would be another one by now. */
export async function showOverviewLive(context: PageContext, { history }: HttpParts): Promise<Response> {
  const runs = await history.runs({ limit: 8 });
  const state = runs.map((run) => `${run.id} ${run.state}`).join(',');
  return show(context, <div data-live="/live" data-state={state} data-say="The overview has changed" />);
}

function Needs({ frame, needs }: { readonly frame: Frame; readonly needs: readonly Need[] }) {
  return (
    <section class="sheet" aria-labelledby="needs">
      <h2 id="needs">What needs you</h2>
      {needs.length === 0 ? (
        <p>
          <Mark tone="good">Nothing</Mark> No plan waits, no last run went wrong, no disk is above its mark.
        </p>
      ) : (
        <ul class="needs">
          {needs.map((need) => (
            <li>
              <div class={`notice tone-${need.tone}`}>
                <Icon name={need.tone} />
                <div>
                  <p>
                    {need.runId === undefined ? (
                      <strong>{need.about}</strong>
                    ) : (
                      <a href={`${frame.basePath}/runs/${encodeURIComponent(need.runId)}`}>
                        <strong>{need.about}</strong>
                      </a>
                    )}{' '}
                    {need.words}{' '}
                    {need.sinceMs !== undefined && (
                      <small>
                        Since <At ms={need.sinceMs} nowMs={frame.nowMs} />
                      </small>
                    )}
                  </p>
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Figures({ frame, view }: Parts) {
  const next = view.schedules
    .map(({ schedule }) => schedule)
    .filter(({ nextDueAtMs }) => nextDueAtMs !== undefined)
    .toSorted((a, b) => (a.nextDueAtMs ?? 0) - (b.nextDueAtMs ?? 0))[0];
  return (
    <section class="sheet" aria-labelledby="figures">
      <h2 id="figures">At a glance</h2>
      <dl class="figures">
        <div class="big">
          <dt>reclaimable now, by the newest plans and those that wait</dt>
          <dd>
            <Bytes of={view.reclaimableBytes} />
          </dd>
        </div>
        <div>
          <dt>freed in {FREED_DAYS} days</dt>
          <dd>
            <Bytes of={view.freed.bytes} />
          </dd>
        </div>
        <div>
          <dt>removed in {FREED_DAYS} days</dt>
          <dd>
            <Count of={view.freed.removed} />
          </dd>
        </div>
        <div>
          <dt>under way or waiting</dt>
          <dd>
            <Count of={view.open.length} />
          </dd>
        </div>
      </dl>
      <p>
        {next === undefined ? (
          'No run is due.'
        ) : (
          <>
            Next: <strong>{next.name}</strong>, <At ms={next.nextDueAtMs} nowMs={frame.nowMs} />
          </>
        )}
      </p>
    </section>
  );
}

function Schedules({ frame, schedules }: { readonly frame: Frame; readonly schedules: readonly ScheduleWithRuns[] }) {
  return (
    <section class="sheet" aria-labelledby="schedules">
      <div class="head">
        <h2 id="schedules">Schedules</h2>
        <a class="end" href={`${frame.basePath}/schedules`}>
          How they are set
        </a>
      </div>
      {schedules.length === 0 ? (
        <p class="none">
          The settings name no schedule: write one into <code>serve.schedules</code>.
        </p>
      ) : (
        <Scroll name="Schedules">
          <table class="rows">
            <caption class="unseen">Schedules with their last and next runs</caption>
            <thead>
              <tr>
                <th scope="col">Schedule</th>
                <th scope="col">Last run</th>
                <th scope="col">Next run</th>
                <th scope="col">The last 28 runs, newest at the right</th>
              </tr>
            </thead>
            <tbody>
              {schedules.map((one) => (
                <ScheduleLine frame={frame} one={one} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

function ScheduleLine({ frame, one: { schedule, runs } }: { readonly frame: Frame; readonly one: ScheduleWithRuns }) {
  const { name, flow, mode, suspended, lastRun, nextDueAtMs } = schedule;
  return (
    <tr>
      <th scope="row">
        <a href={`${frame.basePath}/runs?schedule=${encodeURIComponent(name)}`}>{name}</a>
        <br />
        <small>
          {flowWords(flow)}, {mode}
        </small>
      </th>
      <td>
        {lastRun === undefined ? (
          <span class="none">none yet</span>
        ) : (
          <>
            <State of={lastRun.state} />
            <br />
            <a href={`${frame.basePath}/runs/${encodeURIComponent(lastRun.id)}`}>
              <At ms={lastRun.dueAtMs} nowMs={frame.nowMs} />
            </a>
          </>
        )}
      </td>
      <td>{suspended ? <Mark tone="calm">suspended</Mark> : <At ms={nextDueAtMs} nowMs={frame.nowMs} />}</td>
      <td class="strip">
        <RunStrip runs={runs} />
      </td>
    </tr>
  );
}

function Places(props: {
  readonly frame: Frame;
  readonly places: readonly PlaceView[];
  readonly watermark: { readonly high: number; readonly low: number };
}) {
  const { frame, places, watermark } = props;
  return (
    <section class="sheet" aria-labelledby="places">
      <div class="head">
        <h2 id="places">Registries, storages and nodes</h2>
        <a class="end" href={`${frame.basePath}/storage`}>
          Where the space is
        </a>
      </div>
      {places.length === 0 && <p class="none">Nothing is known yet: the first run will tell.</p>}
      <div class="places">
        {places.map(({ reading, trend }) => (
          <div class="place">
            <h3>
              {reading.target} <small>{reading.kind}</small>
            </h3>
            <DiskBar reading={reading} high={watermark.high} low={watermark.low} />
            <p class="hint">
              {trend.length > 1 && <Spark values={trend} label={`${reading.target}, used in 30 days`} />} As of{' '}
              <At ms={reading.atMs} nowMs={frame.nowMs} />
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}
