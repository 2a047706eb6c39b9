import type { AccessRole } from '../../../config/serve-settings.ts';
import { accessRoles } from '../../../config/serve-settings.ts';
import type { RunRecord } from '../../../systems/history/contract.ts';
import type { RunAbilities } from '../../views/run-view.ts';
import type { Frame } from '../frame.ts';
import { countedWith } from './amount.tsx';
import { Post } from './post.tsx';

/** Whether the reader has the rights of a role. */
export function mayAs(frame: Frame, role: AccessRole): boolean {
  return frame.person !== undefined && accessRoles.indexOf(frame.person.role) >= accessRoles.indexOf(role);
}

interface Decided {
  readonly frame: Frame;
  readonly run: RunRecord;
  readonly can: RunAbilities;
}

/** What can be asked of a run: approve, reject, stop, undo, raise the limits. Only what its state allows, and the reader's role. */
export function Decide({ frame, run, can }: Decided) {
  if (!Object.values(can).includes(true)) return null;
  if (!mayAs(frame, 'approver'))
    return (
      <p class="hint decide-hint">
        {frame.signedInBy === 'loopback' ? (
          <>
            To decide, <a href={`${frame.basePath}/login?next=${encodeURIComponent(frame.path)}`}>sign in</a> as
            approver.
          </>
        ) : (
          'To decide here asks for the role approver.'
        )}
      </p>
    );
  return (
    <div class="decide">
      {can.approve && <Approve frame={frame} run={run} />}
      {can.raiseLimits && <RaiseLimits frame={frame} run={run} />}
      {can.reject && <Reject frame={frame} run={run} />}
      {can.stop && (
        <Post frame={frame} action={wayOf(run, 'stop')}>
          <button type="submit" class="danger">
            Stop this run
          </button>
        </Post>
      )}
      {can.undo && <Undo frame={frame} run={run} />}
    </div>
  );
}

type OfRun = Pick<Decided, 'frame' | 'run'>;

function Approve({ frame, run }: OfRun) {
  const count = run.counts?.planned ?? 0;
  return (
    <Post frame={frame} action={wayOf(run, 'approve')}>
      <input type="hidden" name="planHash" value={run.planHash ?? ''} />
      <div class="field">
        <label for="count">
          To approve {countedWith(count, 'action')}, type <strong>{count}</strong>
        </label>
        <input id="count" name="count" inputmode="numeric" autocomplete="off" required pattern="[0-9., ]+" size={12} />
      </div>
      <button type="submit" class="main">
        Approve this plan
      </button>
    </Post>
  );
}

function Reject({ frame, run }: OfRun) {
  return (
    <Post frame={frame} action={wayOf(run, 'reject')}>
      <div class="field">
        <label for="note">Why not (for the audit)</label>
        <input type="text" id="note" name="note" autocomplete="off" maxlength={500} size={24} />
      </div>
      <button type="submit" class="danger">
        Reject
      </button>
    </Post>
  );
}

function Undo({ frame, run }: OfRun) {
  const { appliedAt = [], undoneAt = [] } = run;
  const left = appliedAt.filter((place) => !undoneAt.includes(place));
  return (
    <Post frame={frame} action={wayOf(run, 'undo')}>
      {appliedAt.length > 1 && (
        <p class="hint">
          More than one replica was at it. What was removed from a place comes back while the replica there runs the
          schedules: {left.join(', ')}.
        </p>
      )}
      <div class="field">
        <label for="word">
          To bring back what it removed, type <strong>undo</strong>
        </label>
        <input type="text" id="word" name="word" autocomplete="off" autocapitalize="none" required size={12} />
      </div>
      <button type="submit">Undo this run</button>
    </Post>
  );
}

function RaiseLimits({ frame, run }: OfRun) {
  if (!mayAs(frame, 'admin'))
    return <p class="hint">The plan breaks limits. An administrator can raise them, for this run alone.</p>;
  return (
    <Post frame={frame} action={wayOf(run, 'raise-limits')}>
      <button type="submit">Plan again with limits that fit</button>
    </Post>
  );
}

function wayOf({ id }: Pick<RunRecord, 'id'>, what: string): string {
  return `/runs/${encodeURIComponent(id)}/${what}`;
}
