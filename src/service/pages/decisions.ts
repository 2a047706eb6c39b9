import type { Person } from '../desk.ts';
import { ServiceError } from '../errors.ts';
import type { HttpParts } from '../http/parts.ts';
import type { SaidCode } from './sayings.ts';
import { leadTo, type PageContext, runOf } from './show.ts';

const MOST_NOTE = 500;

/** `POST /runs/:id/approve`: the number of actions must have been typed, and the plan be the one that was shown. */
export async function approve(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  const form = await formOf(context);
  const typed = (form.get('count') ?? '').replaceAll(/[., ]/g, '');
  if (typed === '' || typed !== `${run.counts?.planned ?? 0}`)
    return leadTo(context, `${wayTo(run.id)}/plan`, { refused: 'count' });
  return await ask(context, run.id, 'approved', () =>
    parts.desk.approve(run.id, personOf(context), form.get('planHash') ?? ''),
  );
}

export async function reject(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  const note = (await formOf(context)).get('note')?.trim().slice(0, MOST_NOTE);
  return await ask(context, run.id, 'rejected', () =>
    parts.desk.reject(run.id, personOf(context), note === '' ? undefined : note),
  );
}

export async function stop(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  return await ask(context, run.id, 'stopping', () => parts.desk.stop(run.id, personOf(context)));
}

/** `POST /runs/:id/undo`: the word must have been typed. Leads to the run that brings everything back. */
export async function undo(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  const word = (await formOf(context)).get('word')?.trim().toLowerCase();
  if (word !== 'undo') return leadTo(context, wayTo(run.id), { refused: 'word' });
  return await ask(context, run.id, 'undoing', () => parts.desk.undo(run.id, personOf(context)));
}

export async function raiseLimits(context: PageContext, parts: HttpParts): Promise<Response> {
  const run = await runOf(context, parts);
  return await ask(context, run.id, 'replanning', () => parts.desk.raiseLimits(run.id, personOf(context)));
}

/** `POST /schedules/:name/run`. */
export async function start(context: PageContext, parts: HttpParts): Promise<Response> {
  const name = context.req.param('name') ?? '';
  try {
    const run = await parts.desk.start(name, personOf(context));
    return leadTo(context, wayTo(run.id), { said: 'started' });
  } catch (failure) {
    if (failure instanceof ServiceError && failure.status === 409)
      return leadTo(context, '/schedules', { refused: failure.code });
    throw failure;
  }
}

/** Asks the desk, and leads to the run that it answers with. A refusal because of the run's state is told on the run's own page. */
async function ask(
  context: PageContext,
  runId: string,
  said: SaidCode,
  question: () => Promise<{ readonly id: string }>,
): Promise<Response> {
  try {
    const run = await question();
    return leadTo(context, wayTo(run.id), { said });
  } catch (failure) {
    if (failure instanceof ServiceError && failure.status === 409)
      return leadTo(context, wayTo(runId), { refused: failure.code });
    throw failure;
  }
}

function personOf(context: PageContext): Person {
  const person = context.get('person');
  if (person === undefined) throw new ServiceError('NOT_SIGNED_IN', 'reading who asks: nobody is known');
  return person;
}

async function formOf(context: PageContext): Promise<ReadonlyMap<string, string>> {
  const body = await context.req.parseBody();
  return new Map(Object.entries(body).filter((field): field is [string, string] => typeof field[1] === 'string'));
}

function wayTo(runId: string): string {
  return `/runs/${encodeURIComponent(runId)}`;
}
