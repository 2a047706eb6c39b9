import * as z from 'zod';
import type { History } from '../../../../systems/history/contract.ts';
import { ServiceError } from '../../../errors.ts';
import { eventStream } from '../../events/event-stream.ts';
import { type LiveFeed, liveFeed } from '../../events/live.ts';
import type { HttpParts } from '../../parts.ts';
import { shortText } from '../limits.ts';
import { type Route, route } from '../route.ts';

export const MOST_LISTENERS = 100;

/** One look into a history serves all who listen to it. */
const feeds = new WeakMap<History, LiveFeed>();

/** What happens, as it does. */
export const eventRoutes: readonly Route[] = [
  route({
    ...{ method: 'get', path: '/events', id: 'listen', role: 'viewer' },
    summary: 'What happens, as it does: events of runs, their progress, and a heartbeat every 15 seconds.',
    query: z.strictObject({ run: shortText('Of one run') }),
    headers: { 'Last-Event-ID': 'The number of the last event that was seen: what came after it is told first.' },
    answer: {
      status: 200,
      mediaType: 'text/event-stream',
      description:
        'Server-sent events: `run.state`, `run.log` and others of the history with their number as `id`; `run.progress`; `heartbeat`; `resync` where too much was missed to be told again.',
    },
    errors: ['TOO_MANY_LISTENERS'],
    does: async ({ parts, context, query: { run } }) => {
      const feed = feedOf(parts);
      if (feed.listeners >= MOST_LISTENERS)
        throw new ServiceError('TOO_MANY_LISTENERS', `opening a stream of events: ${feed.listeners} listen already`);
      return await eventStream(context, parts, feed, run);
    },
  }),
];

function feedOf({ history, log }: HttpParts): LiveFeed {
  const feed = feeds.get(history) ?? liveFeed(history, log);
  feeds.set(history, feed);
  return feed;
}
