import { type ApiObject, badRequest, Refusal } from './api-object.ts';
import type { ServedKind } from './kinds.ts';

// biome-ignore lint/suspicious/noExplicitAny: patches are JSON of any shape.
type Json = any;

/** By which field elements of a list are the same, for the lists that Kubernetes merges. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  conditions: 'type',
  ownerReferences: 'uid',
};

/** @throws Refusal 415 for a form that the kind does not take, 400 and 422 for a patch that makes no sense. */
export function patched(kind: ServedKind, object: ApiObject, contentType: string, patch: Json): ApiObject {
  const form = contentType.split(';')[0]?.trim();
  if (form === 'application/merge-patch+json') return mergePatched(object, patch);
  if (form === 'application/json-patch+json') return jsonPatched(object, patch);
  if (form === 'application/strategic-merge-patch+json' && kind.isCustom !== true) return strategic(object, patch);
  throw new Refusal(415, 'UnsupportedMediaType', `the body of the request was in an unknown format: ${form}`);
}

/** @see https://www.rfc-editor.org/rfc/rfc7396 */
function mergePatched(target: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const result: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatched(result[key], value);
  }
  return result;
}

/** @see https://github.com/kubernetes/community/blob/0b9a7c2/contributors/devel/sig-api-machinery/strategic-merge-patch.md */
function strategic(target: Json, patch: Json): Json {
  if (!isMap(patch)) return patch;
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const result: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const mergeKey = MERGE_KEYS[key];
    if (key.startsWith('$')) continue;
    if (value === null) delete result[key];
    else if (Array.isArray(value) && mergeKey !== undefined) result[key] = mergedList(result[key], value, mergeKey);
    else result[key] = strategic(result[key], value);
  }
  return result;
}

function mergedList(target: Json, patches: readonly Json[], mergeKey: string): Json[] {
  if (patches.some((one) => one.$patch === 'replace' && Object.keys(one).length === 1))
    return patches.filter((one) => one.$patch === undefined);
  let result: Json[] = Array.isArray(target) ? [...target] : [];
  for (const patch of patches) {
    const at = result.findIndex((one) => one[mergeKey] === patch[mergeKey]);
    if (patch.$patch === 'delete') result = result.filter((_, index) => index !== at);
    else if (at < 0) result.push(strategic({}, patch));
    else result[at] = strategic(result[at], patch);
  }
  return result;
}

function withoutDirectives(patch: Record<string, Json>): Json {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

/** @see https://www.rfc-editor.org/rfc/rfc6902 */
function jsonPatched(object: ApiObject, patch: Json): ApiObject {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  let result: Json = structuredClone(object);
  for (const { op, path, from, value } of patch) {
    if (op === 'test') {
      if (JSON.stringify(read(result, path)) !== JSON.stringify(value)) throw invalid(`testing value ${path} failed`);
    } else if (op === 'remove') result = put(result, path, undefined, 'remove');
    else if (op === 'add' || op === 'replace') result = put(result, path, value, op);
    else if (op === 'copy') result = put(result, path, structuredClone(read(result, from)), 'add');
    else if (op === 'move') result = put(put(result, from, undefined, 'remove'), path, read(result, from), 'add');
    else throw badRequest(`unexpected operation ${op}`);
  }
  return result;
}

const invalid = (message: string) => new Refusal(422, 'Invalid', message);

const partsOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function read(object: Json, pointer: string): Json {
  return partsOf(pointer).reduce((value, part) => value?.[part], object);
}

function put(object: Json, pointer: string, value: Json, op: 'add' | 'replace' | 'remove'): Json {
  const parts = partsOf(pointer);
  const last = parts.pop();
  if (last === undefined) return value;
  const parent = parts.reduce((at, part) => at?.[part], object);
  const index = Array.isArray(parent) && last === '-' ? parent.length : last;
  const isAbsent = parent?.[index] === undefined;
  if (parent === undefined || (isAbsent && op !== 'add')) throw invalid(`${op} operation does not apply: ${pointer}`);
  if (Array.isArray(parent)) parent.splice(Number(index), op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
  else if (op === 'remove') delete parent[last];
  else parent[last] = value;
  return object;
}

function isMap(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
