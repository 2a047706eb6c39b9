import type { FlowName, PlanScope } from '../plan/plan.ts';
import type { Document } from './document.ts';
import type { Fact } from './fact-lines.ts';

/** What a document is about: flow, cluster, registry. */
export function scopeFields({ flow, scope }: { readonly flow: FlowName; readonly scope: PlanScope }): Document {
  return [
    ['flow', flow],
    ['cluster', scope.cluster],
    ['registry', scope.registry.host],
    ['registryUrl', scope.registry.url],
  ];
}

/** The same for eyes. */
export function scopeFacts(scope: PlanScope): readonly Fact[] {
  const { host, url } = scope.registry;
  return [
    ['Registry', url.replace(/\/$/, '').endsWith(`//${host}`) ? host : `${host} (at ${url})`],
    ['Cluster', scope.cluster],
  ];
}
