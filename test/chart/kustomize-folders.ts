import { dirname } from 'node:path';
import { kustomizePages } from '../../scripts/docs/chart-kustomize.ts';

/** Folders below deploy/kustomize that come from the chart. */
export const generatedFolders: readonly string[] = [
  ...new Set(kustomizePages().map(({ path }) => dirname(path).replace('deploy/kustomize/', ''))),
];
