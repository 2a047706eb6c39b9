import type { Context } from 'hono';
import type { HistoryEvent } from '../../../systems/history/contract.ts';
import { messageOf } from '../../../util/pure/coded-error.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import type { LiveFeed, LiveMessage } from './live.ts';

const HEARTBEAT_MS = 15_000;
/** Then it ends, and a browser asks again: with the rights that it has by then. */
const LONGEST_MS = 30 * 60_000;
/** Who was away for longer is told to load the page again. */
const MOST_REPLAYED = 1000;
/** Who reads no faster than that many behind is cut off, and comes back with the last number that it saw. */
const MOST_WAITING = 1000;
const RETRY_MS = 2000;

export interface StreamTimes {
  readonly heartbeatMs: number;
  readonly longestMs: number;
}

type StreamParts = Pick<HttpParts, 'history' | 'nowMs' | 'stopping' | 'log'>;

/**
 * Events as a stream of the server's: `run.state`, `run.progress` and the others of the history, `heartbeat`, and `resync` where too much
 * happened since `Last-Event-ID`. https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @param runId - only of this run
 * @throws HISTORY_UNAVAILABLE before it begins
 */
export async function eventStream(
  context: Context<ServiceEnv>,
  parts: StreamParts,
  feed: LiveFeed,
  runId: string | undefined,
  times: StreamTimes = { heartbeatMs: HEARTBEAT_MS, longestMs: LONGEST_MS },
): Promise<Response> {
  const inbox = inboxOf(runId);
  const live = await feed.listen(inbox.put);
  const timer = setTimeout(inbox.close, times.longestMs);
  parts.stopping?.addEventListener('abort', inbox.close, { once: true });
  if (parts.stopping?.aborted === true) inbox.close();
  const leave = () => {
    clearTimeout(timer);
    parts.stopping?.removeEventListener('abort', inbox.close);
    inbox.close();
    live.stop();
  };
  const texts = textsOf(parts, inbox, { seenId: lastEventId(context), liveAfterId: live.afterId, runId }, times);
  return context.body(streamOf(texts, parts, leave), 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // Of proxies that gather answers before they hand them on.
    'X-Accel-Buffering': 'no',
  });
}

interface Since {
  readonly seenId: number | undefined;
  readonly liveAfterId: number;
  readonly runId: string | undefined;
}

async function* textsOf(parts: StreamParts, inbox: Inbox, since: Since, { heartbeatMs }: StreamTimes) {
  const heartbeat = () => messageText('heartbeat', { atMs: parts.nowMs() });
  yield `retry: ${RETRY_MS}\n${heartbeat()}`;
  const missed = await missedEvents(parts, since);
  if (missed === 'too many') yield messageText('resync', {});
  else for (const event of missed) yield eventText(event);
  while (!inbox.isClosed()) {
    const message = await inbox.take(heartbeatMs);
    if (message !== undefined)
      yield 'event' in message ? eventText(message.event) : messageText('run.progress', message.progress);
    else if (!inbox.isClosed()) yield heartbeat();
  }
}

/** What happened between the last that was seen and the first that is told live. */
async function missedEvents({ history }: StreamParts, { seenId, liveAfterId, runId }: Since) {
  if (seenId === undefined || seenId >= liveAfterId) return [];
  const found = await history.events({
    ...{ afterId: seenId, limit: MOST_REPLAYED + 1 },
    ...(runId !== undefined && { runId }),
  });
  return found.length > MOST_REPLAYED ? 'too many' : found.filter(({ id }) => id <= liveAfterId);
}

function streamOf(texts: AsyncGenerator<string>, { log }: StreamParts, leave: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await texts.next();
        if (done !== true) return controller.enqueue(encoder.encode(value));
      } catch (failure) {
        // Nothing can be answered any more: the stream ends, and whoever listens asks again.
        log.warn(`telling what was missed: ${messageOf(failure)}`);
      }
      leave();
      controller.close();
    },
    cancel: leave,
  });
}

interface Inbox {
  put(message: LiveMessage): void;
  /** Undefined: nothing came so long, or it was closed. */
  take(withinMs: number): Promise<LiveMessage | undefined>;
  close(): void;
  isClosed(): boolean;
}

function inboxOf(runId: string | undefined): Inbox {
  const queue: LiveMessage[] = [];
  let wake: () => void = () => {};
  let isClosed = false;
  const close = () => {
    isClosed = true;
    wake();
  };
  return {
    close,
    isClosed: () => isClosed,
    put(message) {
      if (!isOf(message, runId)) return;
      queue.push(message);
      if (queue.length > MOST_WAITING) close();
      wake();
    },
    async take(withinMs) {
      if (queue.length === 0 && !isClosed)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      return queue.shift();
    },
  };
}

function eventText({ id, type, atMs, runId, data }: HistoryEvent): string {
  return `id: ${id}\n${messageText(type, { atMs, ...(runId !== undefined && { runId }), ...data })}`;
}

/** Progress has no number: what counts on the way back is what happened. */
function messageText(type: string, data: object): string {
  return `event: ${type.replace(/[\r\n]/g, ' ')}\ndata: ${JSON.stringify(data)}\n\n`;
}

function isOf(message: LiveMessage, runId: string | undefined): boolean {
  if (runId === undefined) return true;
  return ('event' in message ? message.event.runId : message.progress.runId) === runId;
}

/** Anything that is no number of ours counts as none. */
function lastEventId(context: Context<ServiceEnv>): number | undefined {
  const text = context.req.header('last-event-id') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
