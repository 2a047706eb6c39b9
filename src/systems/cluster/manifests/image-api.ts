import type { Sink } from '../../../evidence/sink.ts';
import type { ImageApiReader, KubeObject } from '../contract.ts';
import { imageApiKind, stateImages } from '../objects/image-api/state-images.ts';
import { findRegistryHost } from '../objects/registry-host.ts';
import { eachObject, type FilesTaker } from './each-object.ts';
import type { ReadFiles } from './shared-reading.ts';

const PROGRESS_EVERY = 1000;

/**
 * The image API that lies in files: whatever Images and ImageStreams there are.
 *
 * @returns undefined where there are none
 * @throws CLUSTER_SETTINGS_INVALID where no file is there; the signal's reason
 */
export async function openImageApi(
  path: string,
  readFiles: ReadFiles,
  signal: AbortSignal,
): Promise<ImageApiReader | undefined> {
  let isThere = false;
  const search = apiTaker({
    wants: (kind) => {
      isThere ||= kind !== 'LimitRange';
      return false;
    },
    isEnough: () => isThere,
  });
  await eachObject(path, [search], signal);
  if (!isThere) return undefined;
  const name = `openshift:manifests:${path}`;
  let known: { readonly host: string | undefined } | undefined;
  return {
    name,
    source: (onProgress) => ({
      name,
      survey: async (sink, stop) => {
        known = { host: await survey(readFiles, name, onProgress, sink, stop) };
      },
    }),
    // The survey comes by it: asked before, the files are read for it alone.
    registryHost: async (stop) => {
      known ??= { host: await findHost(readFiles, stop) };
      return known.host;
    },
  };
}

/** A file that can't be read hides what there is and what names what in all of the API. @returns the registry's host */
async function survey(
  readFiles: ReadFiles,
  name: string,
  onProgress: ((objects: number) => void) | undefined,
  sink: Sink,
  signal: AbortSignal,
): Promise<string | undefined> {
  const statements = stateImages(sink, name);
  const finder = findRegistryHost();
  let count = 0;
  const taker = apiTaker({
    object: (object) => {
      statements.object(object);
      finder.object(object);
      count += 1;
      if (count % PROGRESS_EVERY === 0) onProgress?.(count);
    },
    unread: (cause, hint) => {
      for (const hides of ['existence', 'references'] as const)
        sink.gap({ scope: name, hides, source: name, cause, ...(hint !== undefined && { hint }) });
    },
  });
  await readFiles(taker, signal);
  statements.done();
  onProgress?.(count);
  return finder.host();
}

async function findHost(readFiles: ReadFiles, signal: AbortSignal): Promise<string | undefined> {
  const finder = findRegistryHost();
  await readFiles(apiTaker({ object: (object) => finder.object(object) }), signal);
  return finder.host();
}

interface ApiTaker {
  wants?(kind: 'Image' | 'ImageStream' | 'LimitRange'): boolean;
  object?(object: KubeObject): void;
  unread?(cause: string, hint: string | undefined): void;
  isEnough?(): boolean;
}

function apiTaker(taker: ApiTaker): FilesTaker {
  const ofFile = {
    wants: (apiVersion: string, kind: string) => {
      const api = imageApiKind({ apiVersion, kind });
      return api !== undefined && (taker.wants?.(api) ?? true);
    },
    // Escaped, a word could be any.
    mightWant: (text: string) => /Image|LimitRange|\\[xuU]/.test(text),
    object: (object: KubeObject) => taker.object?.(object),
    list: () => {},
    other: () => {},
  };
  return {
    file: () => ofFile,
    unread: ({ cause, hint }) => taker.unread?.(cause, hint),
    ...(taker.isEnough !== undefined && { isEnough: () => taker.isEnough?.() === true }),
  };
}
