import type { NoticeTarget } from '../../config/serve-settings.ts';
import type { EventSink } from '../../systems/events/contract.ts';
import { type EventSinkSettings, openEventSink } from '../../systems/events/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import type { Log } from '../log.ts';
import type { Notice } from './notice.ts';
import { noticeEvent, type Teller } from './notice-event.ts';

export interface TellParts {
  readonly log: Log;
  /** As they stand now: they may change while the service runs. */
  readonly targets: () => readonly NoticeTarget[];
  readonly teller: () => Teller;
  /** Of the service, where it runs in one: `POD_NAME`, `POD_UID`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Before each further attempt. Default: {@link PAUSES_MS}. */
  readonly pausesMs?: readonly number[];
  /** For tests. */
  readonly open?: (settings: EventSinkSettings) => Promise<EventSink>;
}

/** Tells people what they should know. A notice that nobody takes changes nothing. */
export interface Telling {
  tell(notice: Notice): void;
  /** Waits for what is on its way, so long and no longer. */
  close(withinMs: number): Promise<void>;
}

const PAUSES_MS: readonly number[] = [2000, 15_000, 60_000];
/** On their way at a time; whoever can't be told of a thousand things needs not be told of one more. */
const MOST_UNDER_WAY = 200;

export function tellPeople(parts: TellParts): Telling {
  const { log, targets, teller } = parts;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  return {
    tell(notice) {
      for (const target of targets()) {
        if (closing.signal.aborted || underWay.size >= MOST_UNDER_WAY) {
          log.warn('a notice was not sent', { run_id: notice.runId, kind: notice.kind, to: target.to });
          continue;
        }
        const sending: Promise<void> = send(parts, target, notice, teller(), closing.signal).finally(() =>
          underWay.delete(sending),
        );
        underWay.add(sending);
      }
    },
    async close(withinMs) {
      const late = setTimeout(() => closing.abort(new Error('the service ends')), withinMs);
      await Promise.all(underWay);
      clearTimeout(late);
      closing.abort(new Error('the service ends'));
    },
  };
}

/** Never throws. */
async function send(
  parts: TellParts,
  target: NoticeTarget,
  notice: Notice,
  teller: Teller,
  signal: AbortSignal,
): Promise<void> {
  const { log, pausesMs = PAUSES_MS, open = openEventSink } = parts;
  const about = { run_id: notice.runId, kind: notice.kind, to: target.to };
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      const sink = await open(sinkSettings(target, parts.env));
      await sink.send(noticeEvent(notice, teller), signal).finally(() => sink.close());
      return log.debug('a notice was sent', about);
    } catch (error) {
      const isLast = pauseMs === undefined || signal.aborted;
      log.warn(isLast ? 'a notice could not be sent' : 'a notice could not be sent yet', {
        ...about,
        why: messageOf(error),
      });
      if (isLast) return;
      await wait(pauseMs, signal).catch(() => undefined); // told by the next attempt
    }
  }
}

function sinkSettings(target: NoticeTarget, env: TellParts['env']): EventSinkSettings {
  if (target.to === 'webhook') {
    const { to, ...settings } = target;
    return { kind: to, ...settings };
  }
  const { to: _, ...settings } = target;
  const { POD_NAME: name, POD_UID: uid } = env;
  const pod = name === undefined ? {} : { pod: { name, ...(uid === undefined ? {} : { uid }) } };
  return { kind: 'kubernetes', ...settings, ...pod };
}
