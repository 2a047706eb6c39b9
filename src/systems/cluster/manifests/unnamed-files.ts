import { basename } from 'node:path';
import type { KubeObject } from '../contract.ts';
import type { Preset } from '../objects/extractors/presets.ts';

/*
 * Files that name images, and are no objects of the API by what stands in them:
 *
 *   values.yaml, values-prod.yaml, prod.values.yaml    values of a Helm chart
 *   kustomization.yaml                                 most leave their kind out
 */

const VALUES_FILE = /(?:^|[._-])values(?:[._-].*)?\.(?:ya?ml|json)$/i;
const KUSTOMIZATION_FILE = /^kustomization\.ya?ml$/i;
const KUSTOMIZE = 'kustomize.config.k8s.io';

/** How they are read, once {@link objectInFile} has given them a kind. */
export const fileExtractors: readonly Preset[] = [
  { group: 'helm.sh', kind: 'Values', resource: 'values', values: ['$.values'] },
  { group: KUSTOMIZE, kind: 'Kustomization', resource: 'kustomizations', kustomizeImages: ['$.images[*]'] },
  { group: KUSTOMIZE, kind: 'Component', resource: 'components', kustomizeImages: ['$.images[*]'] },
];

/** What a file without a kind is by its name; undefined: nothing that names images. */
export function objectInFile(path: string, fields: Readonly<Record<string, unknown>>): KubeObject | undefined {
  const metadata = { name: path };
  const name = basename(path);
  if (KUSTOMIZATION_FILE.test(name))
    return { ...fields, apiVersion: `${KUSTOMIZE}/v1beta1`, kind: 'Kustomization', metadata };
  if (VALUES_FILE.test(name)) return { apiVersion: 'helm.sh/v1', kind: 'Values', metadata, values: fields };
  return undefined;
}
