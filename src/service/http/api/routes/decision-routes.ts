import * as z from 'zod';
import { named } from '../named.ts';
import { type Route, route } from '../route.ts';
import { runSchema } from '../schemas/run-schemas.ts';
import { startOnce } from '../start-once.ts';

const accepted = { status: 202, json: runSchema } as const;
const NOT_NOW = ['RUN_NOT_FOUND', 'RUN_IN_OTHER_STATE'] as const;

const approval = named(
  'Approval',
  z.strictObject({
    planHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'it is not a sha256 in hex')
      .describe('As the run names it: what was looked at'),
  }),
);

const rejection = named('Rejection', z.strictObject({ note: z.string().max(1000).exactOptional() }));

/** What people decide. Each is written down, with who did; the replica that runs the schedules carries it out. */
export const decisionRoutes: readonly Route[] = [
  route({
    ...{ method: 'post', path: '/schedules/:name/runs', id: 'startRun', role: 'admin' },
    summary: 'Starts a run of a schedule now.',
    headers: { 'Idempotency-Key': 'The same key again answers with the run that it began, for a day.' },
    answer: accepted,
    errors: ['SCHEDULE_NOT_FOUND', 'RUN_UNDER_WAY', 'IDEMPOTENCY_KEY_REUSED'],
    does: (call) => startOnce(call, call.at('name')),
  }),
  route({
    ...{ method: 'post', path: '/runs/:id/approve', id: 'approveRun', role: 'approver' },
    summary: 'Has exactly this plan applied.',
    body: approval,
    answer: accepted,
    errors: [...NOT_NOW, 'PLAN_OTHER_HASH', 'PLAN_BREAKS_LIMITS', 'PLAN_EXPIRED_BEFORE_APPROVAL'],
    does: ({ parts, at, person, body }) => parts.desk.approve(at('id'), person, body.planHash),
  }),
  route({
    ...{ method: 'post', path: '/runs/:id/reject', id: 'rejectRun', role: 'approver' },
    summary: 'Lets the plan go: nothing of it is done.',
    body: rejection,
    answer: accepted,
    errors: NOT_NOW,
    does: ({ parts, at, person, body }) => parts.desk.reject(at('id'), person, body.note),
  }),
  route({
    ...{ method: 'post', path: '/runs/:id/stop', id: 'stopRun', role: 'approver' },
    summary: 'Stops it after what is in hand.',
    answer: accepted,
    errors: NOT_NOW,
    does: ({ parts, at, person }) => parts.desk.stop(at('id'), person),
  }),
  route({
    ...{ method: 'post', path: '/runs/:id/undo', id: 'undoRun', role: 'approver' },
    summary: 'Brings back what it removed, as a run of its own.',
    answer: accepted,
    errors: [...NOT_NOW, 'RUN_NOT_UNDOABLE', 'RUN_UNDER_WAY'],
    does: ({ parts, at, person }) => parts.desk.undo(at('id'), person),
  }),
  route({
    ...{ method: 'post', path: '/runs/:id/raise-limits', id: 'raiseLimits', role: 'admin' },
    summary: 'Plans once more, with limits that fit the plan as it is; the new plan waits for approval.',
    answer: accepted,
    errors: [...NOT_NOW, 'RUN_BREAKS_NO_LIMIT', 'RUN_UNDER_WAY'],
    does: ({ parts, at, person }) => parts.desk.raiseLimits(at('id'), person),
  }),
];
