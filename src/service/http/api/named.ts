import * as z from 'zod';

/** The forms that have a name in the OpenAPI document. */
export const forms = z.registry<{ id: string; description?: string }>();

/** Gives a form its name in the OpenAPI document. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema, description?: string): Schema {
  forms.add(schema, { id, ...(description !== undefined && { description }) });
  return schema;
}

/** A page of a list: `next` is there while there is more, and goes into the query that the route names. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return named(id, z.strictObject({ items: z.array(item), next: z.string().exactOptional() }));
}

/** A number of bytes, or of things. */
export const whole = () => z.number().int();
/** UTC milliseconds since 1970. */
export const atMs = () => z.number().describe('UTC milliseconds since 1970');
export const bytes = () => z.number().describe('bytes');
