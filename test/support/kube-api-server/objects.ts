import { randomUUID } from 'node:crypto';
import { type ApiObject, badRequest, notFound, Refusal } from './api-object.ts';
import { groupVersion, resourceName, type ServedKind } from './kinds.ts';
import { keyOf, type ObjectStore } from './object-store.ts';
import { patched } from './patches.ts';

/** Which object is meant: of a kind, in a namespace, by name. */
export interface Target {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource?: string | undefined;
}

export type Body = ApiObject;

/** @throws Refusal 404 */
export function getObject(store: ObjectStore, { kind, namespace, name }: Target): ApiObject {
  const object = store.get(kind, keyOf(namespace, name));
  if (object === undefined) throw notFound(resourceName(kind), name);
  return object;
}

/** @throws Refusal 409 AlreadyExists, 404 without its namespace, 422 without a name */
export function createObject(
  store: ObjectStore,
  kind: ServedKind,
  namespace: string | undefined,
  body: Body,
  { isDry, hasNamespace }: { readonly isDry: boolean; readonly hasNamespace: boolean },
): ApiObject {
  checkType(kind, namespace, body);
  const { generateName, ...metadata } = body.metadata ?? {};
  const name = metadata.name ?? (generateName === undefined ? undefined : generateName + randomUUID().slice(0, 5));
  if (name === undefined || name === '')
    throw new Refusal(
      422,
      'Invalid',
      `${kind.kind} "" is invalid: metadata.name: Required value: name or generateName is required`,
    );
  if (!hasNamespace) throw notFound('namespaces', namespace ?? '');
  const key = keyOf(namespace, name);
  if (store.get(kind, key) !== undefined)
    throw new Refusal(409, 'AlreadyExists', `${resourceName(kind)} "${name}" already exists`);
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  const object = {
    ...body,
    kind: kind.kind,
    apiVersion: groupVersion(kind),
    metadata: {
      ...metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      ...(kind.hasStatus === true ? { generation: 1 } : {}),
      creationTimestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    },
  };
  return isDry ? object : store.write(kind, key, object);
}

/** Takes the status alone at `/status`, and all but the status elsewhere. @throws Refusal 404, 409 Conflict for another version */
export function updateObject(store: ObjectStore, target: Target, body: Body, isDry: boolean): ApiObject {
  const { kind, namespace, name, subresource } = target;
  if (kind.isMadeByUpdate === true && store.get(kind, keyOf(namespace, name)) === undefined)
    return createByUpdate(store, target, body, isDry);
  const before = getObject(store, target);
  checkType(kind, namespace, body);
  checkIdentity(target, before, body);
  const { status } = body;
  const after =
    subresource === 'status'
      ? { ...before, ...(status === undefined ? {} : { status }) }
      : withoutStatus(kind, before, body);
  // What changes nothing makes no new version.
  if (isDry || JSON.stringify(sorted(after)) === JSON.stringify(sorted(before))) return after;
  return store.write(kind, keyOf(namespace, name), after);
}

/** As a real one has it: whatever version is named, but not where a uid is. */
function createByUpdate(store: ObjectStore, { kind, namespace, name }: Target, body: Body, isDry: boolean): ApiObject {
  const { uid, resourceVersion, ...metadata } = body.metadata ?? {};
  if (uid !== undefined)
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: `);
  return createObject(store, kind, namespace, { ...body, metadata }, { isDry, hasNamespace: true });
}

function checkIdentity({ kind, name }: Target, before: ApiObject, body: Body): void {
  if (body.metadata?.name !== name)
    throw badRequest(`the name of the object (${body.metadata?.name}) does not match the name on the URL (${name})`);
  const { resourceVersion = '', uid } = body.metadata;
  if (resourceVersion === '' && kind.isConditional === true)
    throw new Refusal(422, 'Invalid', 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
  const changed = 'the object has been modified; please apply your changes to the latest version and try again';
  if (resourceVersion !== '' && resourceVersion !== before.metadata?.resourceVersion)
    throw conflict(kind, name, changed);
  if (uid !== undefined && uid !== before.metadata?.uid)
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}`);
}

/** What the body says, but for what is the server's: identity, times, the count of changes, and a status that has its own place. */
function withoutStatus(kind: ServedKind, before: ApiObject, { metadata, status, ...rest }: Body): ApiObject {
  const { creationTimestamp = null, generation = 1, uid, resourceVersion, namespace } = before.metadata ?? {};
  const isChanged = JSON.stringify(rest['spec']) !== JSON.stringify(before['spec']);
  const hasStatus = kind.hasStatus === true;
  const own = { namespace, creationTimestamp, uid, resourceVersion };
  return dense({
    ...{ kind: kind.kind, apiVersion: groupVersion(kind) },
    ...rest,
    status: hasStatus ? before['status'] : status,
    metadata: dense({ ...metadata, ...own, ...(hasStatus && { generation: isChanged ? generation + 1 : generation }) }),
  }) as ApiObject;
}

/** @throws Refusal as {@link updateObject} does, and for a patch that can't be applied */
export function patchObject(
  store: ObjectStore,
  target: Target,
  contentType: string,
  body: unknown,
  isDry: boolean,
): ApiObject {
  const after = patched(target.kind, getObject(store, target), contentType, body);
  return updateObject(store, target, after, isDry);
}

export interface DeleteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

/** @throws Refusal 404, 409 Conflict where a precondition does not hold */
export function deleteObject(store: ObjectStore, target: Target, options: DeleteOptions): ApiObject {
  const { kind, namespace, name } = target;
  const before = getObject(store, target);
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== before.metadata?.uid)
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata?.uid}`,
    );
  if (resourceVersion !== undefined && resourceVersion !== before.metadata?.resourceVersion)
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${before.metadata?.resourceVersion}`,
    );
  if (options.dryRun === undefined || options.dryRun.length === 0) store.remove(kind, keyOf(namespace, name));
  const details = {
    name,
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.resource,
    uid: before.metadata?.uid,
  };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

function checkType(kind: ServedKind, namespace: string | undefined, body: Body): void {
  const own = `${groupVersion(kind)}, Kind=${kind.kind}`;
  const given = `${body.apiVersion ?? groupVersion(kind)}, Kind=${body.kind ?? kind.kind}`;
  if (given !== own) throw badRequest(`${given} in the body is not what the path is about: ${own}`);
  const other = body.metadata?.namespace;
  if (other !== undefined && other !== namespace)
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request (${other}, ${namespace})`,
    );
}

const conflict = (kind: ServedKind, name: string, why: string) =>
  new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`);

function dense<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, sorted(of)]),
  );
}
