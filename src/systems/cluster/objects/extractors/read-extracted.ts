import { isAbsent, type UseReader, type UseSink } from '../image-use.ts';
import { plainImageId } from '../pod.ts';
import { readPodSpec } from '../pod-spec.ts';
import { type CompiledPath, compilePath } from './compiled-path.ts';
import { readKustomizeImage } from './kustomize-image.ts';
import { readOciSource } from './oci-source.ts';
import type { Preset } from './presets.ts';
import { readValues } from './values.ts';

/** How what a path leads to is read, by the extractor's field. */
const ways: Readonly<Record<PathField, (value: unknown, where: string, say: UseSink) => void>> = {
  images: (value, where, say) => say.image(typeof value === 'string' ? plainImageId(value) : value, where),
  podSpecs: (value, _where, say) => readPodSpec(value, say),
  values: (value, _where, say) => readValues(value, say),
  ociSources: (value, where, say) => readOciSource(value, where, say),
  kustomizeImages: (value, where, say) => readKustomizeImage(value, where, say),
};

type PathField = 'images' | 'podSpecs' | 'values' | 'ociSources' | 'kustomizeImages';

/**
 * The reader of a kind that an extractor describes.
 *
 * @throws CLUSTER_SETTINGS_INVALID naming the path that is none
 */
export function readExtracted(extractor: Preset): UseReader {
  const paths: { readonly field: PathField; readonly path: CompiledPath }[] = [];
  for (const field of Object.keys(ways) as PathField[])
    for (const path of extractor[field] ?? [])
      paths.push({ field, path: compilePath(path, `${extractor.kind} of ${extractor.group}`) });
  return (object, say) => {
    for (const { field, path } of paths)
      for (const { value, where } of path(object)) if (!isAbsent(value)) ways[field](value, where, say);
    return undefined;
  };
}
