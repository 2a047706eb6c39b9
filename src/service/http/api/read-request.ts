import type { Context } from 'hono';
import type * as z from 'zod';
import { ServiceError } from '../../errors.ts';
import type { ServiceEnv } from '../parts.ts';
import type { Route } from './route.ts';

/** @throws REQUEST_INVALID, naming each field that is missing, unknown or wrong */
export function readQuery(context: Context<ServiceEnv>, { query, repeated = [] }: Route): unknown {
  const doing = 'reading the query';
  const given: Record<string, string | string[]> = Object.create(null);
  for (const [name, values] of Object.entries(context.req.queries())) {
    if (repeated.includes(name)) given[name] = values;
    else if (values.length === 1) given[name] = values[0] ?? '';
    else throw new ServiceError('REQUEST_INVALID', `${doing}: ${name} stands there ${values.length} times`);
  }
  const names = Object.keys(given);
  if (query !== undefined) return parsed(query, { ...given }, doing);
  if (names.length > 0) throw new ServiceError('REQUEST_INVALID', `${doing}: unknown: ${shown(names)}`);
  return {};
}

/** An empty body is `{}`. @throws REQUEST_INVALID; REQUEST_TYPE_UNSUPPORTED for what is not JSON by its type */
export async function readBody(context: Context<ServiceEnv>, { body: form }: Route): Promise<unknown> {
  const doing = 'reading the body';
  const text = await context.req.text();
  const type = context.req.header('content-type') ?? '';
  if (text !== '' && !/^application\/json\s*(;|$)/i.test(type))
    throw new ServiceError('REQUEST_TYPE_UNSUPPORTED', `${doing}: it has to be application/json`);
  const value = text === '' ? {} : parseJson(text, doing);
  if (form !== undefined) return parsed(form, value, doing);
  const fields = typeof value === 'object' && value !== null ? Object.keys(value) : [String(typeof value)];
  if (fields.length > 0 || Array.isArray(value))
    throw new ServiceError('REQUEST_INVALID', `${doing}: this takes none, unknown: ${shown(fields)}`);
  return {};
}

/** @throws REQUEST_INVALID */
export function parsed<Form extends z.ZodType>(form: Form, value: unknown, doing: string): z.output<Form> {
  const read = form.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.slice(0, 5).map(faultOf);
  throw new ServiceError('REQUEST_INVALID', `${doing}: ${faults.join('; ')}`);
}

/** @throws REQUEST_INVALID */
export function parseJson(text: string, doing: string): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
    throw new ServiceError('REQUEST_INVALID', `${doing}: it is no JSON`);
  }
}

/** Names the field, never its value: that may be a secret in the wrong place. */
function faultOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return `unknown: ${shown(issue.keys.map((key) => [...path, key].join('.')))}`;
  const where = path.length === 0 ? 'as a whole' : shown([path.join('.')]);
  return `${where}: ${issue.message}`;
}

function shown(names: readonly string[]): string {
  const some = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 60)));
  return names.length > 5 ? `${some.join(', ')} and ${names.length - 5} more` : some.join(', ');
}
