import * as z from 'zod';
import { limit, place, shortText } from '../limits.ts';
import { named } from '../named.ts';
import { type Route, route } from '../route.ts';
import { auditPage } from '../schemas/run-schemas.ts';
import { meSchema, scheduleSchema, summarySchema } from '../schemas/service-schemas.ts';
import { summaryOf } from '../summary.ts';

const scheduleList = named('ScheduleList', z.strictObject({ items: z.array(scheduleSchema) }));

/** The service itself. */
export const serviceRoutes: readonly Route[] = [
  route({
    ...{ method: 'get', path: '/summary', id: 'getSummary', role: 'viewer' },
    summary: 'How the service stands.',
    answer: { status: 200, json: summarySchema },
    errors: [],
    does: ({ parts }) => summaryOf(parts),
  }),
  route({
    ...{ method: 'get', path: '/schedules', id: 'listSchedules', role: 'viewer' },
    summary: 'Schedules, with their last runs and when the next is due.',
    answer: { status: 200, json: scheduleList },
    errors: [],
    does: async ({ parts }) => ({ items: (await parts.standing()).schedules }),
  }),
  route({
    ...{ method: 'get', path: '/audit', id: 'listAudit', role: 'viewer' },
    summary: 'Who did what, newest first.',
    query: z.strictObject({
      runId: shortText('To one run'),
      before: place('The `next` of the page before'),
      limit: limit(100),
    }),
    answer: { status: 200, json: auditPage },
    errors: [],
    does: async ({ parts, query: { runId, before, limit: most } }) => {
      const found = await parts.history.audit({
        limit: most + 1,
        ...(runId !== undefined && { runId }),
        ...(before !== undefined && { beforeId: before }),
      });
      const items = found.slice(0, most);
      return { items, ...(found.length > most && { next: String(items.at(-1)?.id ?? 0) }) };
    },
  }),
  route({
    ...{ method: 'get', path: '/me', id: 'getMe', role: 'viewer' },
    summary: 'Who asks, and what he may.',
    answer: { status: 200, json: meSchema },
    errors: [],
    does: async ({ person: { name, role }, context }) => {
      const signedInBy = context.get('signedInBy');
      if (signedInBy === 'nobody') throw new Error('nobody got so far');
      return { name, role, signedInBy };
    },
  }),
];
