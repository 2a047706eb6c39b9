import * as z from 'zod';
import type { PlanQuery } from '../../../../systems/history/contract.ts';
import { ServiceError } from '../../../errors.ts';
import { limit, place, shortText } from '../limits.ts';
import { type Route, route } from '../route.ts';
import { runOf } from '../run-of.ts';
import { actionPage, differenceSchema, planHeaderSchema, sumsSchema } from '../schemas/plan-schemas.ts';
import { streamOfLines } from '../stream-lines.ts';

const wanted = {
  verb: shortText('`delete-tag`, …'),
  group: shortText('A repository, an image stream'),
  reason: shortText('The code of the reason'),
  outcome: shortText('`done`, `already-gone`, `skipped`, `failed`'),
  text: shortText('Part of the target, whatever its case'),
};

/** Plans: as documents, and as rows that can be looked for. */
export const planRoutes: readonly Route[] = [
  route({
    ...{ method: 'get', path: '/runs/:id/plan', id: 'getPlanHeader', role: 'viewer' },
    summary: 'The header of its plan: scope, evidence, gaps, limits.',
    answer: { status: 200, json: planHeaderSchema },
    errors: ['RUN_NOT_FOUND', 'PLAN_NOT_FOUND'],
    does: async (call) => {
      const { id } = await runOf(call);
      const header = await call.parts.history.planHeader(id);
      if (typeof header === 'object' && header !== null) return { ...header };
      throw noPlan(id);
    },
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/plan.ndjson', id: 'downloadPlan', role: 'viewer' },
    summary: 'The plan document, to the byte: `winnow apply` takes it.',
    answer: { status: 200, mediaType: 'application/x-ndjson', description: 'A header, an action a line, a trailer.' },
    errors: ['RUN_NOT_FOUND', 'PLAN_NOT_FOUND'],
    does: async (call) => {
      const { id, planHash } = await runOf(call);
      if (planHash === undefined) throw noPlan(id);
      return streamOfLines(call.context, call.parts.history.planLines(id), `${id}.plan.ndjson`);
    },
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/actions', id: 'listActions', role: 'viewer' },
    summary: 'Actions of its plan, in their order, with what became of them.',
    query: z.strictObject({ ...wanted, from: place('The `next` of the page before'), limit: limit(100, 1000) }),
    answer: { status: 200, json: actionPage },
    errors: ['RUN_NOT_FOUND'],
    does: async (call) => {
      const { from, limit: most } = call.query;
      const { id } = await runOf(call);
      const found = await call.parts.history.planRows(id, {
        ...planQuery(call.query),
        ...(from !== undefined && { fromN: from }),
        limit: most + 1,
      });
      const following = found[most];
      return { items: found.slice(0, most), ...(following !== undefined && { next: String(following.n) }) };
    },
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/sums', id: 'getPlanSums', role: 'viewer' },
    summary: 'How many actions and bytes the same query finds: by verb, reason and group.',
    query: z.strictObject(wanted),
    answer: { status: 200, json: sumsSchema },
    errors: ['RUN_NOT_FOUND'],
    does: async (call) => call.parts.history.planSums((await runOf(call)).id, planQuery(call.query)),
  }),
  route({
    ...{ method: 'get', path: '/runs/:id/compare/:other', id: 'comparePlans', role: 'viewer' },
    summary: 'What its plan and that of another run have not in common.',
    query: z.strictObject({ limit: limit(100) }),
    answer: { status: 200, json: differenceSchema },
    errors: ['RUN_NOT_FOUND'],
    does: async (call) => {
      const [first, second] = [await runOf(call), await runOf(call, 'other')];
      return await call.parts.history.comparePlans(first.id, second.id, call.query.limit);
    },
  }),
];

type Wanted = { readonly [Field in keyof typeof wanted]?: string };

function planQuery({ verb, group, reason, outcome, text }: Wanted): Omit<PlanQuery, 'limit' | 'fromN'> {
  return {
    ...(verb !== undefined && { verb }),
    ...(group !== undefined && { group }),
    ...(reason !== undefined && { reasonCode: reason }),
    ...(outcome !== undefined && { outcome }),
    ...(text !== undefined && { text }),
  };
}

function noPlan(id: string): ServiceError {
  return new ServiceError('PLAN_NOT_FOUND', `looking for the plan of run ${id}: it has none`);
}
