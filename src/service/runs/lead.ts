import type { Lease } from '../../systems/lease/contract.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import type { Alarm } from './alarm.ts';
import { beginReign, type Reign } from './reign.ts';
import { forgetOld, RETENTION_EVERY_MS } from './retention.ts';
import type { RunnerParts } from './runner-parts.ts';
import type { Troubles } from './troubles.ts';

/**
 * Runs the schedules until the lease is lost or the service stops. Then all runs are stopped after what is in hand: of a service that
 * stops their ends are written; who has lost the lease writes nothing more, since somebody else may be at it.
 */
export async function leadWith(
  parts: RunnerParts,
  lease: Lease,
  stopping: AbortSignal,
  alarm: Alarm,
  troubles: Troubles,
): Promise<void> {
  const gone = new AbortController();
  const onLost = () => gone.abort(lease.lost.reason);
  if (lease.lost.aborted) onLost();
  lease.lost.addEventListener('abort', onLost, { once: true });
  const reign = beginReign(parts, gone.signal, alarm.ring);
  parts.log.info('this replica runs the schedules', { replica: parts.replica });
  await reignUntil(AbortSignal.any([stopping, gone.signal]), parts, reign, alarm, troubles);
  if (gone.signal.aborted) {
    parts.log.warn('the lease of the service is lost: its runs are stopped', { why: messageOf(lease.lost.reason) });
    return await reign.end('lease-lost');
  }
  // Who can't write what became of its runs does not wait for ever: whoever comes next goes on with them.
  const { graceMs, retryMs } = parts.times;
  const late = setTimeout(() => gone.abort(new Error('the service has ended')), graceMs + 10 * retryMs);
  await reign.end('service');
  clearTimeout(late);
}

async function reignUntil(
  over: AbortSignal,
  parts: RunnerParts,
  reign: Reign,
  alarm: Alarm,
  troubles: Troubles,
): Promise<void> {
  const { history, nowMs, replica, times } = parts;
  let forgottenAtMs = Number.NEGATIVE_INFINITY;
  let isTold = false;
  while (!over.aborted) {
    try {
      if (!isTold) await history.addEvent({ atMs: nowMs(), type: 'leader', data: { replica } });
      isTold = true;
      await reign.tick();
      troubles.over('history');
      if (nowMs() - forgottenAtMs > RETENTION_EVERY_MS) {
        forgottenAtMs = nowMs();
        await forgetOld(parts);
      }
    } catch (error) {
      if (over.aborted) return;
      troubles.note('history', error);
      await alarm.within(times.retryMs, over);
    }
    await alarm.within(times.tickMs, over);
  }
}
