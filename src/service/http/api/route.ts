import type { Context } from 'hono';
import type * as z from 'zod';
import type { AccessRole } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import type { ServiceErrorCode } from '../../errors.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';

/** One route of the API. The table of them drives the server, the OpenAPI document and docs/api.md. */
export interface Route {
  readonly method: 'get' | 'post';
  /** Below `/api/v1`, with `:name` for a part of it. */
  readonly path: string;
  /** `operationId`. */
  readonly id: string;
  /** One sentence. */
  readonly summary: string;
  readonly role: AccessRole;
  readonly query?: z.ZodObject;
  /** Fields of the query that may come more than once. */
  readonly repeated?: readonly string[];
  readonly body?: z.ZodObject;
  /** Request headers that it heeds, with what they do. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: Answer;
  /** Besides those that every route has. */
  readonly errors: readonly ServiceErrorCode[];
  readonly does: (call: Call) => Promise<unknown>;
}

/** `json`: of this form. Else the route makes the response itself. */
export type Answer =
  | { readonly status: 200 | 202; readonly json: z.ZodType }
  | { readonly status: 200; readonly mediaType: string; readonly description: string };

/** A request that was read and allowed. */
export interface Call<Query = unknown, Body = unknown> {
  readonly parts: HttpParts;
  readonly person: Person;
  readonly query: Query;
  readonly body: Body;
  /** A named part of the path, decoded. */
  readonly at: (name: string) => string;
  readonly context: Context<ServiceEnv>;
}

type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<never, never>;

interface RouteOf<Query, Body, Made extends Answer> extends Omit<Route, 'query' | 'body' | 'answer' | 'does'> {
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Made;
  readonly does: (
    call: Call<OutputOf<Query>, OutputOf<Body>>,
  ) => Promise<Made extends { json: infer Form extends z.ZodType } ? ReadonlyOf<z.output<Form>> : Response>;
}

/** What the history answers is readonly; forms are not. */
type ReadonlyOf<T> = T extends (infer Item)[]
  ? readonly ReadonlyOf<Item>[]
  : T extends object
    ? { readonly [Field in keyof T]: ReadonlyOf<T[Field]> }
    : T;

/** Writes a route so that what it does fits what it says. */
export function route<
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodObject | undefined = undefined,
  Made extends Answer = Answer,
>(one: RouteOf<Query, Body, Made>): Route {
  return one as unknown as Route;
}
