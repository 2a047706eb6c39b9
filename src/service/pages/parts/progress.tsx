import type { RunRecord } from '../../../systems/history/contract.ts';
import { isOpen } from '../../views/run-view.ts';
import { countedWith } from './amount.tsx';
import { State, stateLooks } from './state.tsx';
import { At, Lasting } from './time.tsx';

/**
 * What a run is at. With script it renews itself while the run goes on; when the run comes to another state, the whole page does.
 * `/runs/ID/live` answers with this alone.
 */
export function LiveRun({ run, nowMs }: { readonly run: RunRecord; readonly nowMs: number }) {
  const goesOn = isOpen(run);
  const attributes = goesOn ? { 'data-live': `/runs/${encodeURIComponent(run.id)}/live`, 'data-run': run.id } : {};
  return (
    <div {...attributes} data-state={run.state} data-say={spoken(run)}>
      <p>
        <State of={run.state} /> {stateLooks[run.state].meaning}
      </p>
      {goesOn && run.progress !== undefined && <Progress run={run} nowMs={nowMs} />}
    </div>
  );
}

function Progress({ run, nowMs }: { readonly run: RunRecord; readonly nowMs: number }) {
  const { progress } = run;
  if (progress === undefined) return null;
  const { title, done, total, words, atMs } = progress;
  const sinceMs = run.applyStartedAtMs ?? run.startedAtMs;
  return (
    <>
      <p id="progress-words">
        <strong>{title}</strong> {words}
      </p>
      {(run.state === 'planning' || run.state === 'applying') && (
        <progress
          aria-labelledby="progress-words"
          max={total}
          value={total === undefined ? undefined : Math.min(done, total)}
        />
      )}
      <p class="hint">
        {sinceMs !== undefined && (
          <>
            For <Lasting ms={nowMs - sinceMs} />.{' '}
          </>
        )}
        Last heard of <At ms={atMs} nowMs={nowMs} />
      </p>
    </>
  );
}

/** What is said of it to who does not look. */
function spoken({ state, progress }: RunRecord): string {
  const { words } = stateLooks[state];
  if (progress === undefined || progress.total === undefined || (state !== 'applying' && state !== 'planning'))
    return `The run: ${words}`;
  return `${progress.title}: ${countedWith(progress.done, 'thing')} of ${progress.total}`;
}
