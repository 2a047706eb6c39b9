import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from '../at-end.ts';
import { makeCertificates } from '../certificates.ts';
import { type AccessRule, ADMIN, Tokens, type User } from './access.ts';
import { type ApiObject, Refusal, statusOf } from './api-object.ts';
import { dueFault, type Fault, sendCut } from './faults.ts';
import { answer, type World } from './handler.ts';
import { groupVersion, kubernetesKinds, openshiftKinds, type ServedKind } from './kinds.ts';
import { type Login, writeKubeconfig } from './kubeconfig.ts';
import { keyOf, ObjectStore } from './object-store.ts';

/*
 * This is a fake, and why: Debian has no kube-apiserver (nor etcd with one), and the tests must run anywhere. It speaks the API as far as
 * clients can tell the difference: what it stores is typed and versioned, lists come in chunks of one state, writes conflict, roles are
 * obeyed. It checks no object's fields, runs no controller and no admission. What it does is checked by `kubectl`
 * (test/integration/kube-api-server.test.ts), and what it is used for by a real cluster (`npm run test:cluster`).
 */

export interface KubeApiServerOptions {
  /** Serves OpenShift's kinds as well. */
  readonly openshift?: boolean;
  /** Default true; false: as servers before 1.26. */
  readonly aggregatedDiscovery?: boolean;
  /** `v1.32.4` */
  readonly gitVersion?: string;
}

export interface KubeApiServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** PEM of the authority that its certificate is from. */
  readonly ca: string;
  /** A kubeconfig file for an admin. */
  readonly kubeconfig: string;
  /** A kubeconfig file for somebody else: with a token, or another login. */
  kubeconfigFor(login: string | Login): string;
  /** A login with a client certificate, of a user `winnow-client` who may do nothing until somebody binds a role to it. */
  readonly clientCertificate: Login;
  /** Every request so far, in order: `GET /api/v1/pods?limit=500`. */
  readonly requests: string[];
  /** Run with every request, one after the other: before it is looked at, and after it was done but before it is answered. */
  readonly hooks: Hook[];
  /** What goes wrong; add to it and take from it at any time. */
  readonly faults: Fault[];
  /** Groups whose server does not answer: `metrics.k8s.io/v1beta1`. */
  readonly staleGroups: Set<string>;
  /** Serves another kind, as after a CustomResourceDefinition. */
  serve(kind: ServedKind): void;
  /** Serves a kind, or all of a group, no longer. */
  withdraw(kindOrGroup: string): void;
  /** Puts an object there, past all checks: what is missing of metadata is made up, its namespace too. */
  put(object: ApiObject): ApiObject;
  find(kind: string, namespace: string | undefined, name: string): ApiObject | undefined;
  /** All of a kind, in order of namespace and name. */
  all(kind: string): readonly ApiObject[];
  remove(kind: string, namespace: string | undefined, name: string): void;
  /** A user who may do what the rules say, everywhere. @returns a token */
  addUser(name: string, rules: readonly AccessRule[]): string;
  /** The token is good no longer. */
  revoke(token: string): void;
  /** Lists that go on, and watches from before, are answered with 410 from now on. */
  compact(): void;
  readonly world: World;
  stop(): Promise<void>;
}

/** What controllers would do meanwhile. */
export interface Hook {
  /** @param line - method and path: `GET /api/v1/pods?limit=500` */
  before?(line: string): Promise<void> | void;
  after?(line: string): Promise<void> | void;
}

/** Starts one on loopback. It ends with the test file. Needs `openssl`. */
export async function startKubeApiServer(options: KubeApiServerOptions = {}): Promise<KubeApiServer> {
  const kinds = [...kubernetesKinds, ...(options.openshift === true ? openshiftKinds : [])];
  const staleGroups = new Set<string>();
  const world: World = {
    store: new ObjectStore(),
    kinds,
    tokens: new Tokens(),
    discovery: { isAggregated: options.aggregatedDiscovery ?? true, staleGroups },
    gitVersion: options.gitVersion ?? 'v1.32.4',
    podLogs: new Map(),
  };
  const requests: string[] = [];
  const faults: Fault[] = [];
  const hooks: Hook[] = [];
  const { tls, ca, clientCertificate } = await serverCertificate();
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    serveOne(world, { hooks, faults, line }, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, statusOf(new Refusal(500, 'InternalError', String(error))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  atEnd(stop);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfigFor = (login: string | Login) =>
    writeKubeconfig(url, ca, typeof login === 'string' ? { token: login } : login);
  for (const namespace of ['default', 'kube-system']) put(world, namespaceOf(namespace));
  return {
    ...{ url, ca, clientCertificate, kubeconfigFor, requests, hooks, faults, staleGroups, world, stop },
    kubeconfig: kubeconfigFor(world.tokens.give(ADMIN)),
    serve: (kind) => void kinds.push({ hasStatus: true, isCustom: true, ...kind }),
    withdraw: (kindOrGroup) => withdraw(kinds, kindOrGroup),
    put: (object) => put(world, object),
    find: (kind, namespace, name) => world.store.get(kindNamed(world, kind), keyOf(namespace, name)),
    all: (kind) => world.store.list(kindNamed(world, kind), world.store.version),
    remove: (kind, namespace, name) => world.store.remove(kindNamed(world, kind), keyOf(namespace, name)),
    addUser: (name, rules) => addUser(world, { name, groups: ['system:authenticated'] }, rules),
    revoke: (token) => world.tokens.revoke(token),
    compact: () => world.store.compact(),
  };
}

async function serveOne(
  world: World,
  {
    hooks,
    faults,
    line,
  }: { readonly hooks: readonly Hook[]; readonly faults: readonly Fault[]; readonly line: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  for (const hook of hooks) await hook.before?.(line);
  const fault = dueFault(faults, line);
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
  await fault?.before?.();
  if (fault?.hangUp === true) return void response.destroy();
  if (fault?.body !== undefined) return void response.writeHead(fault.status ?? 200).end(fault.body);
  try {
    if (fault?.status !== undefined) throw faulty(fault, fault.status);
    const made = answer(world, request, Buffer.concat(chunks).toString('utf8'), response);
    if (made === undefined) return;
    for (const hook of hooks) await hook.after?.(line);
    if (made.text !== undefined) response.writeHead(200, { 'content-type': 'text/plain' }).end(made.text);
    else if (fault?.cutAfterBytes !== undefined) sendCut(response, JSON.stringify(made.body), fault.cutAfterBytes);
    else send(response, made.status, made.body, { 'content-type': made.contentType ?? 'application/json' });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const wait = fault?.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
    send(response, error.status, statusOf(error), wait);
  }
}

function faulty({ reason = 'InternalError', message = 'the test wants it so' }: Fault, status: number): Refusal {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    409: 'Conflict',
    410: 'Expired',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
  };
  return new Refusal(status, reasons[status] ?? reason, message);
}

function send(response: ServerResponse, status: number, body: ApiObject, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

let uids = 0;

function put(world: World, object: ApiObject): ApiObject {
  const kind = world.kinds.find((one) => one.kind === object.kind && groupVersion(one) === object.apiVersion);
  if (kind === undefined) throw new Error(`the test puts ${object.apiVersion} ${object.kind}, which is not served`);
  const { name = '', namespace } = object.metadata ?? {};
  if (kind.namespaced !== (namespace !== undefined))
    throw new Error(`the test puts ${kind.kind} ${name} ${kind.namespaced ? 'without' : 'into'} a namespace`);
  if (
    namespace !== undefined &&
    world.store.get(kindNamed(world, 'Namespace'), keyOf(undefined, namespace)) === undefined
  )
    put(world, namespaceOf(namespace));
  uids += 1;
  const metadata = { uid: `uid-${uids}`, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1, ...object.metadata };
  return world.store.write(kind, keyOf(namespace, name), structuredClone({ ...object, metadata }));
}

const namespaceOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
  status: { phase: 'Active' },
});

function kindNamed({ kinds }: World, name: string): ServedKind {
  const kind = kinds.find((one) => one.kind === name);
  if (kind === undefined) throw new Error(`the test asks for ${name}, which is not served`);
  return kind;
}

function withdraw(kinds: ServedKind[], kindOrGroup: string): void {
  const left = kinds.filter(({ kind, group }) => kind !== kindOrGroup && group !== kindOrGroup);
  kinds.splice(0, kinds.length, ...left);
}

function addUser(world: World, user: User, rules: readonly AccessRule[]): string {
  const rbac = 'rbac.authorization.k8s.io';
  const about = { apiVersion: `${rbac}/v1`, metadata: { name: `test:${user.name}` } };
  put(world, { ...about, kind: 'ClusterRole', rules });
  const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: `test:${user.name}` };
  put(world, {
    ...about,
    kind: 'ClusterRoleBinding',
    roleRef,
    subjects: [{ apiGroup: rbac, kind: 'User', name: user.name }],
  });
  return world.tokens.give(user);
}

interface Credentials {
  readonly tls: { readonly cert: Buffer; readonly key: Buffer; readonly ca: string };
  readonly ca: string;
  readonly clientCertificate: Login;
}

let made: Promise<Credentials> | undefined;

/** Made once for all servers of the process: it takes a while. */
function serverCertificate(): Promise<Credentials> {
  made ??= makeCertificates().then(({ server, client, ca }) => ({
    tls: { cert: readFileSync(server.certificateFile), key: readFileSync(server.keyFile), ca },
    ca,
    clientCertificate: {
      'client-certificate-data': readFileSync(client.certificateFile).toString('base64'),
      'client-key-data': readFileSync(client.keyFile).toString('base64'),
    },
  }));
  return made;
}
