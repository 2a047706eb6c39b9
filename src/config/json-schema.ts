import * as z from 'zod';
import { settingsFile } from './schema/settings-file.ts';

/**
 * The published schema of a settings file, for editors and charts: JSON Schema, draft 2020-12. It describes what is written;
 * checks across settings (overlapping classes, a pattern and its template) are made by `winnow config check` alone.
 */
export function settingsJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(settingsFile, { io: 'input', target: 'draft-2020-12', override: publish });
  const { $schema, description, ...rest } = schema;
  return { $schema, title: 'Winnow settings', description: `${description}. Generated: do not edit.`, ...rest };
}

type Node = z.core.JSONSchema.BaseSchema;

/** Takes out what is ours alone, what says nothing, and what does not belong in a file. */
function publish({ jsonSchema: node }: { readonly jsonSchema: Node }): void {
  delete node['word'];
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.properties === undefined) return;
  for (const [key, property] of Object.entries(node.properties)) {
    if (typeof property !== 'object') continue;
    if (property['onlyVariable'] === true) delete node.properties[key];
    if (JSON.stringify(property.default) === '{}') delete property.default;
  }
}
