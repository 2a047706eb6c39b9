import type { WorldSummary } from '../../demo/world/summary.ts';

/** What the demo's cluster runs, as one would find it in a folder of manifests: a few workloads on images that are there. */
export function clusterText(world: Pick<WorldSummary, 'tags'>, registryHost: string): string {
  const running = world.tags.filter(({ because }) => because === 'active-record').slice(0, 6);
  const documents = running.map(({ repository, tag }, n) => {
    const name = `${repository.split('/').at(-1)}-${n + 1}`;
    return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: main, image: '${registryHost}/${repository}:${tag}'}]
`;
  });
  return documents.join('---\n');
}
