import * as models from '@kubernetes/client-node';

/*
 * Holds objects to the types that Kubernetes publishes, as its own client for JavaScript has them: an unknown or misspelt field is
 * something that a server would pass over in silence.
 */

interface Attribute {
  /** As in the object. */
  readonly baseName: string;
  /** `string`, `Array<V1Container>`, `{ [key: string]: string; }`, `V1PodSpec` … */
  readonly type: string;
}

interface Model {
  getAttributeTypeMap?(): readonly Attribute[];
}

/** What is wrong with an object of a kind that Kubernetes itself has, each with its path. Kinds of others are not known here. */
export function faultsOf(object: { readonly apiVersion: string; readonly kind: string }): readonly string[] {
  const type = `${versionOf(object.apiVersion)}${object.kind}`;
  if (modelOf(type) === undefined) return [`${object.apiVersion} ${object.kind}: Kubernetes has no such kind`];
  return faultsIn(object, type, object.kind);
}

/** `batch/v1` → `V1`. */
function versionOf(apiVersion: string): string {
  const version = apiVersion.split('/').at(-1) ?? '';
  return version.charAt(0).toUpperCase() + version.slice(1);
}

function modelOf(type: string): Model | undefined {
  return (models as unknown as Readonly<Record<string, Model | undefined>>)[type];
}

function faultsIn(value: unknown, type: string, path: string): readonly string[] {
  const item = /^Array<(.*)>$/.exec(type)?.[1] ?? /^(?:Set)<(.*)>$/.exec(type)?.[1];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path}: it is no list`];
    return value.flatMap((one, index) => faultsIn(one, item, `${path}[${index}]`));
  }
  const entry = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (entry !== undefined) {
    if (!isMap(value)) return [`${path}: it is no map`];
    return Object.entries(value).flatMap(([key, one]) => faultsIn(one, entry, `${path}.${key}`));
  }
  const attributes = modelOf(type)?.getAttributeTypeMap?.();
  return attributes === undefined ? faultsInScalar(value, type, path) : faultsInModel(value, attributes, path);
}

function faultsInModel(value: unknown, attributes: readonly Attribute[], path: string): readonly string[] {
  if (!isMap(value)) return [`${path}: it is no map`];
  return Object.entries(value).flatMap(([key, one]) => {
    const attribute = attributes.find(({ baseName }) => baseName === key);
    return attribute === undefined
      ? [`${path}.${key}: there is no such field`]
      : faultsIn(one, attribute.type, `${path}.${key}`);
  });
}

function faultsInScalar(value: unknown, type: string, path: string): readonly string[] {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type ? [] : [`${path}: it is ${JSON.stringify(value)}, not a ${type}`];
    case 'IntOrString':
      return typeof value === 'string' || typeof value === 'number' ? [] : [`${path}: it is neither number nor text`];
    case 'any':
    case 'object':
    case 'Date':
      return [];
    default:
      return [`${path}: its type ${type} is not known here`];
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
