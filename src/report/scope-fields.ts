import type { FlowName, PlanScope, RegistryScope } from '../plan/plan.ts';
import type { Document } from './document.ts';
import type { Fact } from './fact-lines.ts';

/** What a document is about: flow, cluster, registry. */
export function scopeFields({ flow, scope }: { readonly flow: FlowName; readonly scope: PlanScope }): Document {
  return [
    ['flow', flow],
    ['cluster', scope.cluster],
    ['registry', scope.registry?.host],
    ['registryUrl', scope.registry?.url],
    ['store', scope.store?.name],
    ['cache', scope.store?.cacheBecause],
    ['imageApi', scope.images?.name],
    ['integratedRegistry', scope.images?.registryUrl],
    ['namespace', scope.images?.namespace],
    ['nodeName', scope.node?.name],
    ['runtime', scope.node?.runtime],
    ['fleet', scope.fleet?.name],
  ];
}

/** The same for eyes. */
export function scopeFacts(scope: PlanScope): readonly Fact[] {
  const { registry, store, node, cluster } = scope;
  return [
    ['Store', store?.name],
    ['Image API', scope.images?.name],
    ['Registry data', scope.images?.registryUrl],
    ['Node', node === undefined ? undefined : `${node.name} (${node.runtime})`],
    ['Fleet', scope.fleet?.name],
    ['Registry', registry === undefined ? undefined : registryWords(registry)],
    ['Cluster', cluster],
  ];
}

function registryWords({ host, url }: RegistryScope): string {
  return url.replace(/\/$/, '').endsWith(`//${host}`) ? host : `${host} (at ${url})`;
}
