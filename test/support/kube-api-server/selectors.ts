import { type ApiObject, badRequest } from './api-object.ts';
import { groupVersion, type ServedKind } from './kinds.ts';

type Test = (object: ApiObject) => boolean;

/** Fields that can be selected by besides name and namespace. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/ */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['status.phase', 'spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName'],
  Secret: ['type'],
  Namespace: ['status.phase'],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
  ImageStream: ['spec.dockerImageRepository', 'status.dockerImageRepository'],
};

/** @throws Refusal 400 for what can't be read, and for a field that this kind can't be selected by. */
export function selectorOf(kind: ServedKind, query: URLSearchParams): Test {
  const tests = [
    ...labelTests(query.get('labelSelector') ?? ''),
    ...fieldTests(kind, query.get('fieldSelector') ?? ''),
  ];
  return (object) => tests.every((test) => test(object));
}

function labelTests(selector: string): Test[] {
  if (selector.trim() === '') return [];
  return splitOutside(selector).map((requirement) => {
    const set = /^\s*([^\s!=,()]+)\s+(in|notin)\s*\(([^)]*)\)\s*$/.exec(requirement);
    if (set !== null) {
      const [, key = '', operator, list = ''] = set;
      const values = list.split(',').map((value) => value.trim());
      return (object) => values.includes(labelOf(object, key) ?? '\0') === (operator === 'in');
    }
    const equal = /^\s*([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)\s*$/.exec(requirement);
    if (equal !== null) {
      const [, key = '', operator, value] = equal;
      return (object) => (labelOf(object, key) === value) === (operator !== '!=');
    }
    const there = /^\s*(!?)\s*([^\s!=,()]+)\s*$/.exec(requirement);
    if (there === null) throw badRequest(`unable to parse requirement: ${requirement}`);
    const [, not, key = ''] = there;
    return (object) => (labelOf(object, key) !== undefined) === (not === '');
  });
}

/** At commas that stand in no parentheses. */
const splitOutside = (selector: string) => selector.split(/,(?![^(]*\))/);

const labelOf = (object: ApiObject, key: string) => object.metadata?.labels?.[key];

function fieldTests(kind: ServedKind, selector: string): Test[] {
  if (selector === '') return [];
  const known = ['metadata.name', ...(kind.namespaced ? ['metadata.namespace'] : []), ...(FIELDS[kind.kind] ?? [])];
  return selector.split(',').map((requirement) => {
    const [, field = '', operator, value] = /^([^!=]+)(==|=|!=)(.*)$/.exec(requirement) ?? [];
    if (operator === undefined) throw badRequest(`invalid selector: '${selector}'; can't understand '${requirement}'`);
    if (!known.includes(field))
      throw badRequest(`field label not supported for ${groupVersion(kind)}, ${kind.kind}: ${field}`);
    return (object) => (String(valueAt(object, field) ?? '') === value) === (operator !== '!=');
  });
}

function valueAt(object: ApiObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], object);
}
