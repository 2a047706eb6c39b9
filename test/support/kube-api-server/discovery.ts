import { type ApiObject, Refusal } from './api-object.ts';
import { groupVersion, type ServedKind } from './kinds.ts';

/** How the server tells what it serves. */
export interface DiscoveryOptions {
  /** Tells all at once to who asks for it, as servers since 1.26 do. */
  readonly isAggregated: boolean;
  /** Groups (`metrics.k8s.io/v1beta1`) whose own server does not answer: told of, and nothing is known of what is in them. */
  readonly staleGroups: ReadonlySet<string>;
}

export interface DiscoveryAnswer {
  readonly contentType: string;
  readonly body: ApiObject;
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * @returns undefined: the path is not discovery's.
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export function discover(
  path: string,
  accept: string,
  kinds: readonly ServedKind[],
  options: DiscoveryOptions,
): DiscoveryAnswer | undefined {
  const wantsAll = options.isAggregated && accept.includes('as=APIGroupDiscoveryList') && accept.includes('v=v2;');
  if (path === '/api') {
    if (wantsAll) return { contentType: AGGREGATED, body: aggregated(kinds.filter(isCore), options.staleGroups, true) };
    return plain({ kind: 'APIVersions', versions: ['v1'] });
  }
  if (path === '/apis') {
    const others = kinds.filter((kind) => !isCore(kind));
    if (wantsAll) return { contentType: AGGREGATED, body: aggregated(others, options.staleGroups, false) };
    return plain({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupsOf(others, options.staleGroups).map(groupOf),
    });
  }
  const [, core, other] = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))$/.exec(path) ?? [];
  const asked = core ?? other;
  if (asked === undefined) return undefined;
  if (options.staleGroups.has(asked))
    throw new Refusal(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
  const inIt = kinds.filter((kind) => groupVersion(kind) === asked);
  if (inIt.length === 0) throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  return plain({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: asked,
    resources: inIt.flatMap(resourcesOf),
  });
}

const isCore = (kind: ServedKind) => kind.group === '';

const plain = (body: ApiObject): DiscoveryAnswer => ({ contentType: 'application/json', body });

function resourcesOf({ resource, kind, namespaced, hasStatus }: ServedKind): object[] {
  const own = { name: resource, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS };
  const status = { name: `${resource}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] };
  return hasStatus === true ? [own, status] : [own];
}

/** Versions of each group, in order. */
function groupsOf(kinds: readonly ServedKind[], stale: ReadonlySet<string>): [string, string[]][] {
  const groups = new Map<string, Set<string>>();
  const pairs = [...kinds.map(groupVersion), ...stale].map((text) =>
    text.includes('/') ? text.split('/') : ['', text],
  );
  for (const [group = '', version = ''] of pairs) groups.set(group, (groups.get(group) ?? new Set()).add(version));
  return [...groups].map(([group, versions]) => [group, [...versions]]);
}

function groupOf([name, versions]: [string, string[]]): object {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function aggregated(kinds: readonly ServedKind[], stale: ReadonlySet<string>, isCoreOnly: boolean): ApiObject {
  const items = groupsOf(kinds, isCoreOnly ? new Set() : stale).map(([group, versions]) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versions.map((version) => {
      const isStale = stale.has(`${group}/${version}`);
      const inIt = isStale ? [] : kinds.filter((kind) => kind.group === group && kind.version === version);
      return { version, resources: inIt.map(toldAll), freshness: isStale ? 'Stale' : 'Current' };
    }),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function toldAll({ group, version, kind, resource, namespaced, hasStatus }: ServedKind): object {
  const responseKind = { group, version, kind };
  const status = { subresource: 'status', responseKind, verbs: ['get', 'patch', 'update'] };
  return {
    resource,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs: VERBS,
    ...(hasStatus === true ? { subresources: [status] } : {}),
  };
}
