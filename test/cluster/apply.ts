import { discoverKinds } from '../../src/systems/cluster/kubernetes/served-kinds.ts';
import type { KubeObject } from '../support/helm-template.ts';
import type { Workshop } from './workshop.ts';

/** What a server made of objects that it was given. */
export interface Applied {
  /** `monitoring.coreos.com ServiceMonitor`: kinds that this server does not serve at all. */
  readonly absent: readonly string[];
  /** `CronJob winnow-prune: .spec.timeZone`: what was said and is not in what came of it. */
  readonly lost: readonly string[];
}

/**
 * Has a server take objects, those of any namespace into this workshop's. Older servers may have a kind in an older version.
 *
 * @param isDry - all of its admission included, and nothing is kept
 */
export async function apply(
  { api, namespace, removeLater }: Workshop,
  objects: readonly KubeObject[],
  isDry: boolean,
  signal: AbortSignal,
): Promise<Applied> {
  const served = await discoverKinds(api, new Set(objects.map(groupOf)), signal);
  const absent = new Set<string>();
  const lost: string[] = [];
  for (const object of objects) {
    const [group, { kind }] = [groupOf(object), object];
    const versions = served.versionsOf(group, kind);
    const asked = versions.find(({ version }) => object.apiVersion.endsWith(version)) ?? versions[0];
    if (asked === undefined) {
      absent.add(`${group} ${kind}`);
      continue;
    }
    const apiVersion = group === '' ? asked.version : `${group}/${asked.version}`;
    const isInside = object.metadata.namespace !== undefined;
    const place = `${group === '' ? '/api' : '/apis'}/${apiVersion}${isInside ? `/namespaces/${namespace}` : ''}`;
    const sent = { ...object, apiVersion, metadata: { ...object.metadata, ...(isInside && { namespace }) } };
    const got = await api.post(`${place}/${asked.resource}${isDry ? '?dryRun=All' : ''}`, sent, signal);
    if (!isDry && !isInside) removeLater(`${place}/${asked.resource}/${object.metadata.name}`);
    lost.push(...missing(sent, got, '').map((path) => `${kind} ${object.metadata.name}: ${path}`));
  }
  return { absent: [...absent], lost };
}

const groupOf = ({ apiVersion }: KubeObject) => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** Paths of what is said and not to be found. Empty is as good as absent. */
function missing(said: unknown, got: unknown, path: string): readonly string[] {
  if (isEmpty(said)) return [];
  if (typeof said !== 'object' || said === null) return said === got ? [] : [path];
  if (typeof got !== 'object' || got === null) return [path];
  return Object.entries(said).flatMap(([key, value]) =>
    missing(value, (got as Readonly<Record<string, unknown>>)[key], `${path}.${key}`),
  );
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty);
  return value === undefined || value === null || value === false || value === 0 || value === '';
}
