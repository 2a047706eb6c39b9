import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipStored, makeTar } from '../../src/demo/world/tar.ts';
import { digestOf, type PushedImage, pushBlob, pushManifest, type Target } from './push-image.ts';
import { programPath } from './requirements.ts';

/** A layer that a runtime can unpack: what is in the blob, and the digest of what it unpacks to. */
export interface RunnableLayer {
  readonly blob: Uint8Array;
  readonly diffId: string;
}

export interface RunnableOptions {
  readonly tag?: string;
  readonly layers: readonly RunnableLayer[];
  /** Default: sleeps. */
  readonly entrypoint?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly created?: Date;
  /** Whether the config tells how each layer came about. Default true. */
  readonly history?: boolean;
}

const MODIFIED = new Date('2024-01-01T00:00:00Z');

/** Debian's static busybox as `/bin/busybox`: enough to run. */
export function busyboxLayer(): RunnableLayer {
  return layerOf([{ path: 'bin/busybox', bytes: readFileSync(programPath('/bin/busybox')), mode: 0o755 }]);
}

/** A program of this machine, at its own path, with the libraries that it is linked against. */
export function programLayer(program: string): RunnableLayer {
  const path = programPath(program);
  const linked = execFileSync(programPath('ldd'), [path], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, library = '']) => library);
  const files = [path, ...libraries].map((one) => ({ path: one.slice(1), bytes: readFileSync(one), mode: 0o755 }));
  return layerOf(files);
}

/** A layer with one file of so many bytes that no compressor makes smaller; equal seeds are equal layers. */
export function paddingLayer(seed: string, sizeBytes: number): RunnableLayer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = [...seed].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7) | 1;
  for (let at = 0; at < sizeBytes; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 0xff;
  }
  return layerOf([{ path: `padding-${seed}`, bytes }]);
}

function layerOf(files: Parameters<typeof makeTar>[0]): RunnableLayer {
  const tar = makeTar(files, MODIFIED);
  return { blob: gzipStored(tar), diffId: digestOf(tar) };
}

/** Pushes an image that a runtime can pull, unpack and run. */
export async function pushRunnable(target: Target, repository: string, options: RunnableOptions): Promise<PushedImage> {
  const layers = [];
  for (const { blob } of options.layers)
    layers.push(await pushBlob(target, repository, blob, 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const config = await pushBlob(
    target,
    repository,
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: (options.created ?? MODIFIED).toISOString(),
      config: {
        Entrypoint: options.entrypoint ?? ['/bin/busybox', 'sleep', '2147483647'],
        ...(options.labels === undefined ? {} : { Labels: options.labels }),
      },
      // As builders write it; Docker tells the size of each layer by it.
      ...(options.history === false ? {} : { history: options.layers.map(({ diffId }) => ({ created_by: diffId })) }),
      rootfs: { type: 'layers', diff_ids: options.layers.map(({ diffId }) => diffId) },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const body = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers };
  return { ...(await pushManifest(target, repository, body, options.tag)), config, layers };
}
