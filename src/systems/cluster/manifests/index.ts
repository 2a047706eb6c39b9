import type { Cluster } from '../contract.ts';
import type { ClusterSettings } from '../settings.ts';
import { openImageApi } from './image-api.ts';
import { sharedReading } from './shared-reading.ts';
import { surveyUses } from './survey-uses.ts';

export type ManifestsSettings = Extract<ClusterSettings, { kind: 'manifests' }>;

/** Objects in files, which stand for a cluster: a GitOps repository, or what `kubectl get -o json` wrote. */
export function openManifests({ name, path, mayHold = [''] }: ManifestsSettings): Cluster {
  const readFiles = sharedReading(path);
  return {
    name,
    shown: `manifests:${path}`,
    mayHold,
    uses: (options) => ({
      name: `cluster ${name}`,
      survey: (sink, signal) => surveyUses({ name, path, mayHold, readFiles }, options, sink, signal),
    }),
    imageApi: (signal) => openImageApi(path, readFiles, signal),
    writableImageApi: async () => undefined,
    close: async () => {},
  };
}
