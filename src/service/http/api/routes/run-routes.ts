import * as z from 'zod';
import { runStates } from '../../../../systems/history/index.ts';
import { limit, place, shortText } from '../limits.ts';
import { type Route, route } from '../route.ts';
import { runOf } from '../run-of.ts';
import { runPageOf } from '../run-pages.ts';
import { reportSchema } from '../schemas/plan-schemas.ts';
import { eventPage, runPage, runSchema } from '../schemas/run-schemas.ts';

/** Runs, and what is told of one. */
export const runRoutes: readonly Route[] = [
  route({
    ...{ method: 'get', path: '/runs', id: 'listRuns', role: 'viewer' },
    summary: 'Runs, newest first.',
    query: z.strictObject({
      schedule: shortText('Of one schedule'),
      flow: shortText('Of one flow'),
      state: z.array(z.enum(runStates)).max(runStates.length).exactOptional().describe('In one of these states'),
      before: shortText('The `next` of the page before'),
      limit: limit(50),
    }),
    repeated: ['state'],
    answer: { status: 200, json: runPage },
    errors: [],
    does: ({ parts, query: { state: states, schedule, flow, limit: most, before } }) =>
      runPageOf(
        parts.history,
        {
          ...(schedule !== undefined && { schedule }),
          ...(flow !== undefined && { flow }),
          ...(states !== undefined && { states }),
        },
        most,
        before,
      ),
  }),
  route({
    ...{ method: 'get', path: '/runs/:id', id: 'getRun', role: 'viewer' },
    summary: 'One run.',
    answer: { status: 200, json: runSchema },
    errors: ['RUN_NOT_FOUND'],
    does: (call) => runOf(call),
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/report', id: 'getRunReport', role: 'viewer' },
    summary: 'The report of its last process, as JSON; null where there is none yet.',
    answer: { status: 200, json: reportSchema },
    errors: ['RUN_NOT_FOUND'],
    does: async (call) => {
      const { id } = await runOf(call);
      const report = await call.parts.history.report(id);
      return report === undefined ? null : JSON.parse(report);
    },
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/events', id: 'listRunEvents', role: 'viewer' },
    summary: 'What happened to it, in order: states, and lines of its log.',
    query: z.strictObject({ after: place('The `next` of the page before'), limit: limit(200) }),
    answer: { status: 200, json: eventPage },
    errors: ['RUN_NOT_FOUND'],
    does: async (call) => {
      const { after, limit: most } = call.query;
      const { id: runId } = await runOf(call);
      const found = await call.parts.history.events({
        ...{ runId, limit: most + 1 },
        ...(after !== undefined && { afterId: after }),
      });
      const items = found.slice(0, most);
      return { items, ...(found.length > most && { next: String(items.at(-1)?.id ?? 0) }) };
    },
  }),
];
