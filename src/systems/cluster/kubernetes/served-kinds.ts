import * as z from 'zod';
import type { KubeApi } from '../../../util/kubernetes/kube-api.ts';
import { KubeError } from '../../../util/kubernetes/kube-error.ts';

/*
 * What a server serves. Since 1.26 it tells all at once, to who asks for it:
 *
 *   GET /api, /apis    Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList
 *   {kind: APIGroupDiscoveryList, items: [{metadata: {name: <group>}, versions: [{version, freshness, resources: [{resource, responseKind: {kind}, verbs}]}]}]}
 *
 * and older ones a list for each version of each group:
 *
 *   GET /apis                     {kind: APIGroupList, groups: [{name, versions: [{version}]}]}
 *   GET /api/v1, /apis/<group>/<version>   {kind: APIResourceList, resources: [{name, kind, verbs}]}
 *
 * Versions stand in the server's order of preference. See https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */

/** A list that can be asked for. */
export interface ServedKind {
  readonly version: string;
  readonly kind: string;
  /** In URLs. */
  readonly resource: string;
}

/** What the API server serves of the groups that were asked for. */
export interface ServedKinds {
  /** Each version in which a kind of a group can be listed, the server's favourite first. */
  versionsOf(group: string, kind: string): readonly ServedKind[];
  /** Why it is not known, or not in whole, what a group has; undefined: it is known. */
  unknown(group: string): KubeError | undefined;
}

const AGGREGATED = ['v2', 'v2beta1'].map(
  (version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
const ACCEPT = [...AGGREGATED, 'application/json'].join(',');

const Aggregated = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default('') }),
      versions: z.array(
        z.object({
          version: z.string(),
          freshness: z.string().default('Current'),
          resources: z
            .array(
              z.object({
                resource: z.string(),
                responseKind: z.object({ kind: z.string() }).nullish(),
                verbs: z.array(z.string()).default([]),
              }),
            )
            .nullish(),
        }),
      ),
    }),
  ),
});
const Groups = z.object({
  groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) })),
});
const Resources = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), verbs: z.array(z.string()).default([]) })),
});

/**
 * Asks what is served of some groups. A group whose own server does not answer is `unknown`.
 *
 * @throws KubeError when nothing at all can be told
 */
export async function discoverKinds(
  api: KubeApi,
  groups: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ServedKinds> {
  const served = new Map<string, ServedKind[]>();
  const unknown = new Map<string, KubeError>();
  const found: Found = { served, unknown };
  if (groups.has('')) {
    const core = await api.get('/api', signal, { accept: ACCEPT });
    if (!takeAggregated(core, groups, found, '/api')) await askVersion(api, '', 'v1', found, signal);
  }
  const others = await api.get('/apis', signal, { accept: ACCEPT });
  if (!takeAggregated(others, groups, found, '/apis')) {
    const { groups: listed } = parsed('/apis', Groups, others);
    for (const { name, versions } of listed.filter((group) => groups.has(group.name)))
      for (const { version } of versions) await askVersion(api, name, version, found, signal);
  }
  return {
    versionsOf: (group, kind) => served.get(`${group}/${kind}`) ?? [],
    unknown: (group) => unknown.get(group),
  };
}

interface Found {
  readonly served: Map<string, ServedKind[]>;
  readonly unknown: Map<string, KubeError>;
}

/** @returns false: the server does not know this form. */
function takeAggregated(answer: unknown, groups: ReadonlySet<string>, found: Found, path: string): boolean {
  if ((answer as { readonly kind?: unknown }).kind !== 'APIGroupDiscoveryList') return false;
  for (const { metadata, versions } of parsed(path, Aggregated, answer).items) {
    const group = metadata.name;
    if (!groups.has(group)) continue;
    for (const { version, freshness, resources } of versions) {
      for (const { resource, responseKind, verbs } of resources ?? [])
        if (verbs.includes('list')) add(found, group, { version, kind: responseKind?.kind ?? '', resource });
      if (freshness !== 'Current')
        found.unknown.set(
          group,
          new KubeError(
            'malformed',
            `GET ${path}: what is in ${group}/${version} is ${freshness}: its server does not answer`,
          ),
        );
    }
  }
  return true;
}

async function askVersion(
  api: KubeApi,
  group: string,
  version: string,
  found: Found,
  signal: AbortSignal,
): Promise<void> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const { resources } = parsed(path, Resources, await api.get(path, signal));
    for (const { name, kind, verbs } of resources)
      if (verbs.includes('list') && !name.includes('/')) add(found, group, { version, kind, resource: name });
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    // It was there a moment ago: a definition has been removed meanwhile.
    if (error.status !== 404) found.unknown.set(group, error);
  }
}

function add({ served }: Found, group: string, kind: ServedKind): void {
  const key = `${group}/${kind.kind}`;
  served.set(key, [...(served.get(key) ?? []), kind]);
}

function parsed<T>(path: string, schema: z.ZodType<T>, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw new KubeError('malformed', `GET ${path}: the answer is not what a cluster tells of its kinds (${where})`);
}
