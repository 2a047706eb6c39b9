import * as z from 'zod';
import { type ServiceErrorCode, serviceErrors } from '../../errors.ts';
import { forms } from './named.ts';
import type { Answer, Route } from './route.ts';
import { problemSchema } from './schemas/service-schemas.ts';
import { API_PATH, routeTable } from './table.ts';

/** Errors that every route may answer with. */
export const commonErrors: readonly ServiceErrorCode[] = [
  'REQUEST_INVALID',
  'NOT_SIGNED_IN',
  'ROLE_TOO_LOW',
  'TOO_MANY_ATTEMPTS',
];

type Json = Readonly<Record<string, unknown>>;

/** The API as OpenAPI 3.1, from the table and the forms that requests are checked by. https://spec.openapis.org/oas/v3.1.1 */
export function openApiDocument(version: string, basePath: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routeTable) {
    const path = `${API_PATH}${one.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [one.method]: operationOf(one) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Winnow', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: basePath || '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: z.toJSONSchema(forms, { uri: refOf, io: 'output' }).schemas,
    },
  };
}

function operationOf(one: Route): Json {
  return {
    operationId: one.id,
    summary: one.summary,
    'x-role': one.role,
    parameters: [...pathParameters(one), ...queryParameters(one), ...headerParameters(one)],
    ...(one.body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(one.body) } } },
    }),
    responses: { [one.answer.status]: answerOf(one.answer), ...failuresOf(one) },
  };
}

function pathParameters({ path }: Route): readonly Json[] {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters({ query }: Route): readonly Json[] {
  if (query === undefined) return [];
  const whole = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(whole.properties ?? {}).map(([name, schema]) => {
    const { description, ...rest } = typeof schema === 'boolean' ? { description: undefined } : schema;
    const required = whole.required?.includes(name) === true;
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema: rest };
  });
}

function headerParameters({ headers = {} }: Route): readonly Json[] {
  return Object.entries(headers).map(([name, description]) => ({
    ...{ name, in: 'header', required: false, description },
    schema: { type: 'string' },
  }));
}

function answerOf(answer: Answer): Json {
  if ('json' in answer)
    return { description: 'Done', content: { 'application/json': { schema: reference(answer.json) } } };
  return { description: answer.description, content: { [answer.mediaType]: { schema: { type: 'string' } } } };
}

function failuresOf(one: Route): Json {
  const codesOfAll = errorsOf(one);
  const statuses = [...new Set(codesOfAll.map((code) => serviceErrors[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codesOfAll
          .filter((code) => serviceErrors[code].status === status)
          .map((code) => `\`${code}\`: ${serviceErrors[code].meaning}`)
          .join('\n\n'),
        content: { 'application/problem+json': { schema: reference(problemSchema) } },
      },
    ]),
  );
}

/** All that a route may answer with, besides what it does. */
export function errorsOf(one: Route): readonly ServiceErrorCode[] {
  const ofPosts: readonly ServiceErrorCode[] =
    one.method === 'post' ? ['REQUEST_TOO_LARGE', 'REQUEST_TYPE_UNSUPPORTED', 'CROSS_SITE'] : [];
  return [...commonErrors, ...ofPosts, ...one.errors];
}

function reference(schema: z.ZodType): Json {
  const id = forms.get(schema)?.id;
  if (id === undefined) throw new Error('a form of the API has no name');
  return { $ref: refOf(id) };
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`;
}
