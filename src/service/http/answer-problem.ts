import type { Context } from 'hono';
import { messageOf } from '../../util/pure/coded-error.ts';
import { wantsHtml } from './accepts.ts';
import type { HttpParts, ServiceEnv } from './parts.ts';
import { problemOf } from './problem.ts';

/** Answers with an error: as a page to who wants one, else as `application/problem+json`. Bugs go to the log, with all that is known. */
export async function answerProblem(
  context: Context<ServiceEnv>,
  parts: HttpParts,
  thrown: unknown,
): Promise<Response> {
  const told = problemOf(thrown);
  const { method, path } = context.req;
  if (told.status >= 500)
    parts.log.warn(`answering ${method} ${path}: ${told.code === 'INTERNAL' ? stackOf(thrown) : told.detail}`, {
      error_code: told.code,
    });
  if (told.status === 401) context.header('WWW-Authenticate', 'Bearer realm="winnow"');
  if (told.status === 429) context.header('Retry-After', '60');
  if (told.status === 503) context.header('Retry-After', '5');
  if (parts.problemPage !== undefined && wantsHtml(context.req)) return await parts.problemPage(context, told);
  return context.body(JSON.stringify(told), told.status as 400, { 'Content-Type': 'application/problem+json' });
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error && thrown.stack !== undefined ? thrown.stack : messageOf(thrown);
}
