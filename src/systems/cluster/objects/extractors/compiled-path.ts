import { JSONPathEnvironment } from 'json-p3';
import { messageOf } from '../../../../util/pure/coded-error.ts';
import type { KubeObject } from '../../contract.ts';
import { clusterFailure } from '../../errors.ts';

/** Finds what a JSONPath leads to, and where: `spec.steps[0].image`. */
export type CompiledPath = (object: KubeObject) => Generator<{ readonly value: unknown; readonly where: string }>;

/** Objects of the API nest by far less; the package's own limit would be met by a schema within a schema. */
const DEEPEST = 10_000;
const environment = new JSONPathEnvironment({ maxRecursionDepth: DEEPEST });

/**
 * @param of - whose path it is, for messages
 * @throws CLUSTER_SETTINGS_INVALID
 * @see https://www.rfc-editor.org/rfc/rfc9535
 */
export function compilePath(path: string, of: string): CompiledPath {
  let query: ReturnType<JSONPathEnvironment['compile']>;
  try {
    query = environment.compile(path);
  } catch (error) {
    throw clusterFailure('CLUSTER_SETTINGS_INVALID', `reading the JSONPath ${path} of ${of}: ${messageOf(error)}`, {
      hint: 'write it as RFC 9535 has it: $.spec.steps[*].image',
    });
  }
  return function* (object) {
    for (const node of query.lazyQuery(object as never)) yield { value: node.value, where: shown(node.location) };
  };
}

function shown(location: readonly (string | number)[]): string {
  return location
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
