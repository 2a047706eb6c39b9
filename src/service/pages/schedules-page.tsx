import { formatDuration } from '../../util/pure/duration.ts';
import type { HttpParts } from '../http/parts.ts';
import { type ScheduleRow, scheduleRowsOf } from '../views/schedule-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { mayAs } from './parts/decide.tsx';
import { Post } from './parts/post.tsx';
import { flowWords } from './parts/run-words.ts';
import { Mark, State } from './parts/state.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, show } from './show.ts';

const modes = {
  plan: 'only shows what would go',
  approve: 'waits for a person',
  auto: 'does what is not unusual, and waits with all else',
} as const;

/** `/schedules`: what runs when, and how? */
export async function showSchedules(context: PageContext, parts: HttpParts): Promise<Response> {
  const frame = await frameOf(context, parts);
  const { standing = await parts.standing() } = frame;
  const rows = scheduleRowsOf(standing, parts.settings().schedules);
  return show(
    context,
    <Page frame={frame} title="Schedules" here="/schedules">
      <h1>Schedules</h1>
      {rows.length === 0 && (
        <p class="sheet">
          The settings name no schedule: write one into <code>serve.schedules</code>.
        </p>
      )}
      {rows.map((row) => (
        <Schedule frame={frame} row={row} />
      ))}
    </Page>,
  );
}

function Schedule({ frame, row }: { readonly frame: Frame; readonly row: ScheduleRow }) {
  const { schedule, settings, command } = row;
  const { name, suspended } = schedule;
  return (
    <section class="sheet" aria-labelledby={`schedule-${name}`}>
      <div class="head">
        <h2 id={`schedule-${name}`}>{name}</h2>
        {suspended && <Mark tone="calm">suspended</Mark>}
        <a class="end" href={`${frame.basePath}/runs?schedule=${encodeURIComponent(name)}`}>
          Its runs
        </a>
        {mayAs(frame, 'admin') && (
          <Post frame={frame} action={`/schedules/${encodeURIComponent(name)}/run`}>
            <button type="submit" aria-describedby={`schedule-${name}`}>
              Run now
            </button>
          </Post>
        )}
      </div>
      <dl class="facts">
        <dt>Flow</dt>
        <dd>{flowWords(schedule.flow)}</dd>
        <dt>When</dt>
        <dd>
          <code>{schedule.cron}</code>, {schedule.timeZone}
          {settings !== undefined && settings.jitterMs > 0 && `, up to ${formatDuration(settings.jitterMs)} later`}
        </dd>
        <dt>Mode</dt>
        <dd>
          <strong>{schedule.mode}</strong>: {modes[schedule.mode]}
        </dd>
        <dt>Next run</dt>
        <dd>{suspended ? 'none while it is suspended' : <At ms={schedule.nextDueAtMs} nowMs={frame.nowMs} />}</dd>
        <Last frame={frame} row={row} />
        <dt>As a command</dt>
        <dd>
          <code>{command}</code>
        </dd>
      </dl>
    </section>
  );
}

function Last({ frame, row: { schedule, settings } }: { readonly frame: Frame; readonly row: ScheduleRow }) {
  const { lastRun, lastSuccess } = schedule;
  const way = (id: string) => `${frame.basePath}/runs/${encodeURIComponent(id)}`;
  return (
    <>
      <dt>Last run</dt>
      <dd>
        {lastRun === undefined ? (
          'none yet'
        ) : (
          <>
            <State of={lastRun.state} />{' '}
            <a href={way(lastRun.id)}>
              <At ms={lastRun.dueAtMs} nowMs={frame.nowMs} />
            </a>
          </>
        )}
      </dd>
      {lastSuccess !== undefined && lastSuccess.id !== lastRun?.id && (
        <>
          <dt>Last that went well</dt>
          <dd>
            <a href={way(lastSuccess.id)}>
              <At ms={lastSuccess.dueAtMs} nowMs={frame.nowMs} />
            </a>
          </dd>
        </>
      )}
      {settings !== undefined && (
        <>
          <dt>Stopped after</dt>
          <dd>{formatDuration(settings.deadlineMs)}</dd>
        </>
      )}
    </>
  );
}
