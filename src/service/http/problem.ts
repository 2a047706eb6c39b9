import { HTTPException } from 'hono/http-exception';
import { CodedError } from '../../util/pure/coded-error.ts';
import { ServiceError } from '../errors.ts';

/** An error as RFC 9457 tells it, with our code and the next step. https://www.rfc-editor.org/rfc/rfc9457 */
export interface Problem {
  /** Always `about:blank`: `code` is what tells errors apart. */
  readonly type: 'about:blank';
  /** The status in words. */
  readonly title: string;
  readonly status: number;
  /** What was being done, to what, what came back. */
  readonly detail: string;
  /** As in docs/errors.md; `INTERNAL` where nothing is told. */
  readonly code: string;
  readonly hint?: string;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What is told of anything thrown. Of what is no coded error nothing is: it is a bug, and may hold anything. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof ServiceError) return problem(thrown.status, thrown.code, thrown.message, thrown.hint);
  if (thrown instanceof CodedError) return problem(statusOf(thrown.code), thrown.code, thrown.message, thrown.hint);
  if (thrown instanceof HTTPException && thrown.status < 500)
    return problem(thrown.status, 'REQUEST_INVALID', 'reading the request: it is not well formed');
  return problem(500, 'INTERNAL', 'the service met a fault of its own', 'Look at the log of the service.');
}

function problem(status: number, code: string, detail: string, hint?: string): Problem {
  const title = titles[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail, code, ...(hint !== undefined && { hint }) };
}

/** Codes of other rooms that reach people through the service. */
function statusOf(code: string): number {
  return code === 'HISTORY_UNAVAILABLE' ? 503 : 500;
}
