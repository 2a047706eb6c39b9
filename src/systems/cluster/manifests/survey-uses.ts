import { basename, relative } from 'node:path';
import type { Sink } from '../../../evidence/sink.ts';
import type { UsesOptions } from '../contract.ts';
import { clusterFailure } from '../errors.ts';
import { imageApiKind } from '../objects/image-api/state-images.ts';
import { stateUses } from '../objects/uses.ts';
import type { ReadFiles } from './shared-reading.ts';
import { fileExtractors, objectInFile } from './unnamed-files.ts';

/** Files that stand for a cluster. */
export interface ManifestsCluster {
  readonly name: string;
  readonly path: string;
  readonly mayHold: readonly string[];
  readonly readFiles: ReadFiles;
}

/**
 * States what the objects in files use. A file that can't be read hides all that this cluster may hold.
 *
 * @throws CLUSTER_SETTINGS_INVALID where no file is there, or none has an object in it; the signal's reason
 */
export async function surveyUses(
  cluster: ManifestsCluster,
  options: UsesOptions,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  const { name, path, mayHold, readFiles } = cluster;
  const extractors = [...options.extractors, ...fileExtractors];
  const statements = stateUses(sink, { name, mayHold, searchesUnknown: true }, { ...options, extractors });
  let files = 0;
  let known = 0;
  const taker = {
    file: (file: string) => {
      files += 1;
      return {
        wants: (apiVersion: string, kind: string) => {
          const api = imageApiKind({ apiVersion, kind });
          if (api !== undefined) known += 1;
          return (api === undefined || api === 'ImageStream') && options.leaveOut?.includes(kind) !== true;
        },
        object: (object: Parameters<typeof statements.object>[0]) => {
          if (statements.object(object)) known += 1;
        },
        list: () => {
          known += 1;
        },
        other: (fields: Readonly<Record<string, unknown>>) => {
          const object = objectInFile(relative(path, file) || basename(file), fields);
          if (object !== undefined) statements.object(object);
        },
      };
    },
    unread: ({ cause, hint }: { readonly cause: string; readonly hint?: string }) => {
      known += 1;
      for (const scope of mayHold)
        sink.gap({ scope, hides: 'holds', source: `cluster ${name}`, cause, ...(hint !== undefined && { hint }) });
    },
  };
  await readFiles(taker, signal);
  if (known === 0) throw noObjects(path, files);
}

function noObjects(path: string, files: number) {
  const what =
    files === 0 ? 'there is no .yaml, .yml or .json in it' : 'no object in it is of a kind that names images';
  return clusterFailure('CLUSTER_SETTINGS_INVALID', `reading the manifests ${path}: ${what}`, {
    hint: 'name the folder that holds the objects of a cluster: a GitOps repository, or what `kubectl get -A -o json` wrote',
  });
}
