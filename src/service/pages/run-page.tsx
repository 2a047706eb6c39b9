import type { RunRecord } from '../../systems/history/contract.ts';
import type { HttpParts } from '../http/parts.ts';
import { type RunView, runViewOf } from '../views/run-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count, countedWith } from './parts/amount.tsx';
import { Decide } from './parts/decide.tsx';
import { EventLog } from './parts/event-log.tsx';
import { Icon } from './parts/icon.tsx';
import { LiveRun } from './parts/progress.tsx';
import { Report } from './parts/report.tsx';
import { flowWords, triggerWords } from './parts/run-words.ts';
import { stateLooks } from './parts/state.tsx';
import { At, Lasting } from './parts/time.tsx';
import { type PageContext, queryOf, runOf, show } from './show.ts';

const REFRESH_SECONDS = 5;

/** `/runs/:id`: what does this run do, why does it wait, and what came of it? */
export async function showRun(context: PageContext, parts: HttpParts): Promise<Response> {
  const { id } = await runOf(context, parts);
  const [frame, view] = await Promise.all([frameOf(context, parts), runViewOf(parts.history, id, parts.nowMs())]);
  if (view === undefined) return context.notFound();
  const refreshes = queryOf(context, 'refresh') === 'yes' && view.isOpen;
  return show(context, <Run frame={frame} view={view} refreshes={refreshes} />);
}

/** `/runs/:id/live`: the part of it that moves. */
export async function showRunLive(context: PageContext, parts: HttpParts): Promise<Response> {
  return show(context, <LiveRun run={await runOf(context, parts)} nowMs={parts.nowMs()} />);
}

interface Parts {
  readonly frame: Frame;
  readonly view: RunView;
}

function Run({ frame, view, refreshes }: Parts & { readonly refreshes: boolean }) {
  const { run, can, events, report } = view;
  const path = `${frame.basePath}/runs/${encodeURIComponent(run.id)}`;
  return (
    <Page frame={frame} title={`Run ${run.id}`} here="/runs" refreshSeconds={refreshes ? REFRESH_SECONDS : undefined}>
      <p class="crumbs">
        <a href={`${frame.basePath}/runs`}>Runs</a> /{' '}
        <a href={`${frame.basePath}/runs?schedule=${encodeURIComponent(run.schedule)}`}>{run.schedule}</a>
      </p>
      <h1>Run {run.id}</h1>
      <section class="sheet" aria-labelledby="stands">
        <h2 id="stands" class="unseen">
          Where it stands
        </h2>
        <LiveRun run={run} nowMs={frame.nowMs} />
        {view.isOpen && <NoScript path={path} refreshes={refreshes} />}
        <Why run={run} />
        <Figures run={run} />
        {run.planId !== undefined && run.trigger !== 'undo' && (
          <p class="steps">
            <a class="button" href={`${path}/plan`}>
              The plan: {countedWith(run.counts?.planned ?? 0, 'action')}
            </a>
            <a class="button" href={`${path}/compare`}>
              Compare with the last plan
            </a>
          </p>
        )}
        <Decide frame={frame} run={run} can={can} />
      </section>
      {report !== undefined && <Report report={report} path={path} hasPlan={run.planId !== undefined} />}
      <div class="columns">
        <section class="sheet" aria-labelledby="facts">
          <h2 id="facts">Facts</h2>
          <Facts frame={frame} view={view} />
        </section>
        <section class="sheet" aria-labelledby="events">
          <h2 id="events">What happened</h2>
          <EventLog events={events} nowMs={frame.nowMs} />
        </section>
      </div>
    </Page>
  );
}

function NoScript({ path, refreshes }: { readonly path: string; readonly refreshes: boolean }) {
  return (
    <noscript>
      <p class="hint">
        {refreshes ? (
          <>
            This page loads itself again every {REFRESH_SECONDS} seconds. <a href={path}>Leave it as it is</a>
          </>
        ) : (
          <>
            <a href={path}>Load again</a>, or{' '}
            <a href={`${path}?refresh=yes`}>every {REFRESH_SECONDS} seconds by itself</a>
          </>
        )}
      </p>
    </noscript>
  );
}

function Why({ run: { why = [], broken = [], state } }: { readonly run: RunRecord }) {
  if (why.length + broken.length === 0) return null;
  const { tone } = stateLooks[state];
  return (
    <div class={`notice tone-${tone}`}>
      <Icon name={tone} />
      <div>
        {why.map((words) => (
          <p>{words}</p>
        ))}
        {broken.length > 0 && (
          <>
            <p>It breaks limits, so it can be shown, and not applied:</p>
            <ul>
              {broken.map((words) => (
                <li>{words}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

function Figures({ run: { counts = {}, plannedBytes, freedBytes } }: { readonly run: RunRecord }) {
  const numbers = [
    ['found', counts.found],
    ['live', counts.live],
    ['planned', counts.planned],
    ['removed', counts.removed],
    ['skipped', counts.skipped],
    ['failed', counts.failed],
  ] as const;
  const sizes = [
    ['planned to be freed', plannedBytes],
    ['freed', freedBytes],
  ] as const;
  const known = numbers.some(([, value]) => value !== undefined) || sizes.some(([, value]) => value !== undefined);
  if (!known) return null;
  return (
    <dl class="figures">
      {numbers.map(
        ([words, value]) =>
          value !== undefined && (
            <div>
              <dt>{words}</dt>
              <dd>
                <Count of={value} />
              </dd>
            </div>
          ),
      )}
      {sizes.map(
        ([words, value]) =>
          value !== undefined && (
            <div>
              <dt>{words}</dt>
              <dd>
                <Bytes of={value} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Facts({ frame: { basePath, nowMs }, view: { run, undoings } }: Parts) {
  const time = (ms: number | undefined) => ms !== undefined && <At ms={ms} nowMs={nowMs} />;
  const link = (id: string | undefined) =>
    id !== undefined && <a href={`${basePath}/runs/${encodeURIComponent(id)}`}>{id}</a>;
  const { startedAtMs, applyStartedAtMs, endedAtMs, decidedBy, decidedAtMs } = run;
  const facts = [
    ['Flow', flowWords(run.flow)],
    ['About', run.target],
    ['Began', triggerWords(run)],
    ['Due', time(run.dueAtMs)],
    ['Planning began', time(startedAtMs)],
    [
      'Decided',
      decidedAtMs !== undefined && (
        <>
          {decidedBy ?? 'the schedule’s mode'}, <At ms={decidedAtMs} nowMs={nowMs} />
        </>
      ),
    ],
    ['Removing began', time(applyStartedAtMs)],
    ['Ended', time(endedAtMs)],
    ['It took', endedAtMs !== undefined && startedAtMs !== undefined && <Lasting ms={endedAtMs - startedAtMs} />],
    ['Plan can be applied until', time(run.planExpiresAtMs)],
    ['Plan', run.planId],
    ['Hash of the plan', run.planHash !== undefined && <code>{run.planHash}</code>],
    ['Could not be seen', run.gaps !== undefined && run.gaps > 0 && countedWith(run.gaps, 'thing')],
    ['Brings back', link(run.undoOf)],
    ['Brought back', undoings.length > 0 && undoings.map(({ id }) => <>{link(id)} </>)],
    ['Brought back by', run.undoneBy],
    ['Journals', (run.journals ?? []).join(', ')],
    ['Journals lie in', (run.appliedAt ?? []).join(', ')],
    ['Brought back from', run.undoneBy === undefined && (run.undoneAt ?? []).join(', ')],
    [
      'More arguments',
      run.moreArguments !== undefined && run.moreArguments.length > 0 && <code>{run.moreArguments.join(' ')}</code>,
    ],
    ['Exit code', run.exitCode === undefined ? undefined : `${run.exitCode}`],
    ['Replica', run.replica],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== false &&
          value !== '' && (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ),
      )}
    </dl>
  );
}
