import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ADMIN, ANONYMOUS, authorize, type RoleObjects, type Tokens, type User } from './access.ts';
import { type ApiObject, badRequest, notFound, Refusal } from './api-object.ts';
import { type DiscoveryOptions, discover } from './discovery.ts';
import { groupVersion, type ServedKind } from './kinds.ts';
import { isIn, listOf } from './lists.ts';
import { keyOf, type ObjectStore } from './object-store.ts';
import { createObject, type DeleteOptions, deleteObject, getObject, patchObject, updateObject } from './objects.ts';
import { watch } from './watches.ts';

export interface World {
  readonly store: ObjectStore;
  readonly kinds: readonly ServedKind[];
  readonly tokens: Tokens;
  readonly discovery: DiscoveryOptions;
  /** What `/version` tells. */
  readonly gitVersion: string;
  /** Logs of pods, by `namespace/name`. Without one a pod's container has not begun. */
  readonly podLogs: Map<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly body: ApiObject;
  readonly contentType?: string;
  /** Sent in place of the body, just as it is. */
  readonly text?: string;
}

/** Where a request goes: parts of its path. */
interface Route {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** @returns undefined: a watch has begun, and answers for itself. @throws Refusal */
export function answer(
  world: World,
  request: IncomingMessage,
  text: string,
  response: ServerResponse,
): Answer | undefined {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://server');
  const user = userOf(world, request);
  if (path === '/version') return ok({ major: '1', minor: '32', gitVersion: world.gitVersion, platform: 'test' });
  if (/^\/(healthz|livez|readyz)$/.test(path)) return ok({ ok: true });
  if (user === ANONYMOUS)
    throw new Refusal(403, 'Forbidden', `forbidden: User "system:anonymous" cannot get path "${path}"`);
  const told = discover(path, String(request.headers.accept ?? ''), world.kinds, world.discovery);
  if (told !== undefined) return { status: 200, body: told.body, contentType: told.contentType };

  const route = routeOf(world.kinds, path);
  if (world.discovery.staleGroups.has(groupVersion(route.kind)))
    throw new Refusal(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
  const isWatch = ['1', 'true'].includes(query.get('watch') ?? '');
  const verb = verbOf(request.method ?? '', route, isWatch);
  authorize(user, { verb, ...route }, rolesIn(world));
  if (verb === 'watch') {
    watch(world.store, route.kind, route.namespace, query, response);
    return undefined;
  }
  return act(world, verb, route, query, request, text);
}

function act(
  world: World,
  verb: string,
  route: Route,
  query: URLSearchParams,
  request: IncomingMessage,
  text: string,
): Answer {
  const { store } = world;
  const { kind, namespace, name = '', subresource } = route;
  const isDry = query.getAll('dryRun').includes('All');
  if (/protobuf|cbor/.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
  if (subresource === 'token' && verb === 'create') return newToken(world, route);
  if (subresource === 'log' && kind.kind === 'Pod' && verb === 'get') return logOf(world, route, query);
  if (subresource !== undefined && !(subresource === 'status' && kind.hasStatus === true && verb !== 'delete'))
    throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  const target = { kind, namespace, name, subresource };
  switch (verb) {
    case 'list':
      return ok(listOf(store, kind, namespace, query));
    case 'get':
      return ok(getObject(store, target));
    case 'create': {
      const hasNamespace = namespace === undefined || hasObject(world, 'Namespace', undefined, namespace);
      return { status: 201, body: createObject(store, kind, namespace, parse(text), { isDry, hasNamespace }) };
    }
    case 'update':
      return ok(updateObject(store, target, parse(text), isDry));
    case 'patch':
      return ok(patchObject(store, target, String(request.headers['content-type'] ?? ''), parse(text), isDry));
    default:
      return deleted(world, route, text);
  }
}

function deleted(world: World, { kind, namespace, name = '' }: Route, text: string): Answer {
  const body = deleteObject(world.store, { kind, namespace, name }, text === '' ? {} : (parse(text) as DeleteOptions));
  if (kind.kind === 'Namespace' && kind.group === '') emptyNamespace(world, name);
  return ok(body);
}

/** A namespace goes with all that is in it. The real one takes its time. */
function emptyNamespace({ store, kinds }: World, namespace: string): void {
  for (const kind of kinds.filter(({ namespaced }) => namespaced))
    for (const object of store.list(kind, store.version).filter((one) => isIn(namespace, one)))
      store.remove(kind, keyOf(namespace, object.metadata?.name ?? ''));
}

function logOf({ store, podLogs }: World, { kind, namespace, name = '' }: Route, query: URLSearchParams): Answer {
  const pod = getObject(store, { kind, namespace, name });
  const log = podLogs.get(keyOf(namespace, name));
  if (log === undefined) throw badRequest(`container in pod "${name}" is waiting to start: ContainerCreating`);
  const lines = log.split(/(?<=\n)/);
  const tail = query.get('tailLines');
  return { status: 200, body: pod, text: (tail === null ? lines : lines.slice(-Number(tail))).join('') };
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
function newToken(world: World, { kind, namespace, name = '' }: Route): Answer {
  if (kind.kind !== 'ServiceAccount') throw notFound('the requested resource', name);
  getObject(world.store, { kind, namespace, name });
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  const token = world.tokens.give({ name: `system:serviceaccount:${namespace}:${name}`, groups });
  const expirationTimestamp = new Date(Date.now() + 3_600_000).toISOString();
  const body = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', status: { token, expirationTimestamp } };
  return { status: 201, body };
}

function userOf(world: World, request: IncomingMessage): User {
  const user = world.tokens.userOf(request.headers.authorization);
  if (user !== undefined) return user;
  const socket = request.socket as Partial<TLSSocket>;
  const subject = socket.authorized === true ? socket.getPeerCertificate?.().subject : undefined;
  if (subject === undefined) return ANONYMOUS;
  if (subject.CN === ADMIN.name) return ADMIN;
  return { name: String(subject.CN), groups: ['system:authenticated', ...[subject.O ?? []].flat()] };
}

/** `/api/v1/…` or `/apis/GROUP/VERSION/…`, then `[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`. */
function routeOf(kinds: readonly ServedKind[], path: string): Route {
  const [, core, other, rest = ''] = /^(?:\/api\/(v1)|\/apis\/([^/]+\/[^/]+))\/(.+)$/.exec(path) ?? [];
  const parts = rest.split('/').map(decodeURIComponent);
  const isInNamespace = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status';
  const [resource, name, subresource] = isInNamespace ? parts.slice(2) : parts;
  const namespace = isInNamespace ? parts[1] : undefined;
  const kind = kinds.find((one) => groupVersion(one) === (core ?? other) && one.resource === resource);
  const fits = kind !== undefined && (kind.namespaced ? isInNamespace || name === undefined : !isInNamespace);
  if (!fits) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  return { kind, namespace, name, subresource };
}

function verbOf(method: string, { name, subresource }: Route, isWatch: boolean): string {
  if (method === 'GET') return name === undefined ? (isWatch ? 'watch' : 'list') : 'get';
  if (method === 'POST' && (name === undefined || subresource === 'token')) return 'create';
  const verb = { PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method];
  if (verb === undefined || name === undefined)
    throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  return verb;
}

function rolesIn(world: World): RoleObjects {
  const { store } = world;
  return {
    list: (kind, namespace) => {
      const served = kindNamed(world, kind);
      return served === undefined ? [] : store.list(served, store.version).filter((object) => isIn(namespace, object));
    },
    get: (kind, namespace, name) => {
      const served = kindNamed(world, kind);
      return served === undefined ? undefined : store.get(served, keyOf(namespace, name));
    },
  };
}

const kindNamed = ({ kinds }: World, kind: string) => kinds.find((one) => one.kind === kind);

function hasObject(world: World, kind: string, namespace: string | undefined, name: string): boolean {
  const served = kindNamed(world, kind);
  return served !== undefined && world.store.get(served, keyOf(namespace, name)) !== undefined;
}

function parse(text: string): ApiObject {
  try {
    return JSON.parse(text) as ApiObject;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`the object provided is unrecognized: ${error.message}`);
  }
}

const ok = (body: ApiObject): Answer => ({ status: 200, body });
