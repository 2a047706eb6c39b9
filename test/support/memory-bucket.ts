import { createHash, randomUUID } from 'node:crypto';
import type { Bucket, Listed, ListPage, ListRequest, Version } from '../../src/systems/store/distribution-s3/bucket.ts';

interface Stored extends Version {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface MemoryBucketOptions {
  readonly versions?: boolean;
  /** UTC milliseconds; told by the second, as S3 does. */
  readonly nowMs?: () => number;
  /** Waited for before each request is carried out: others may come in between. What it throws, the request does. */
  readonly before?: (request: string, key: string) => Promise<void>;
}

/** A bucket in memory that answers as S3 does: what was written is listed at once, in order, a thousand keys a page. */
export function memoryBucket(options: MemoryBucketOptions = {}) {
  const { versions = false, nowMs = Date.now, before = () => Promise.resolve() } = options;
  /** Newest first. */
  const objects = new Map<string, Stored[]>();
  const current = (key: string): Stored | undefined => {
    const newest = objects.get(key)?.[0];
    return newest?.isMarker === true ? undefined : newest;
  };

  function put(key: string, bytes: Uint8Array, isMarker: boolean): string {
    const atMs = Math.floor(nowMs() / 1000) * 1000;
    const etag = createHash('md5').update(bytes).digest('hex');
    const versionId = randomUUID();
    const older = versions ? (objects.get(key) ?? []).map((one) => ({ ...one, isLatest: false })) : [];
    const stored = { versionId, isMarker, isLatest: true, sizeBytes: bytes.length, atMs, bytes, etag };
    objects.set(key, [stored, ...older]);
    return versionId;
  }

  function take(key: string, versionId: string | undefined): void {
    if (versionId === undefined && versions) return void put(key, new Uint8Array(), true);
    const left = versionId === undefined ? [] : (objects.get(key) ?? []).filter((one) => one.versionId !== versionId);
    if (left.length === 0) objects.delete(key);
    else
      objects.set(
        key,
        left.map((one, at) => ({ ...one, isLatest: at === 0 })),
      );
  }

  function page({ prefix, after = '', byFolder = false, token, maxKeys = 1000 }: ListRequest): ListPage {
    const from = token !== undefined && token > after ? token : after;
    const found: Listed[] = [];
    const folders: string[] = [];
    for (const key of [...objects.keys()].sort()) {
      const one = current(key);
      if (one === undefined || !key.startsWith(prefix) || key <= from) continue;
      const slash = byFolder ? key.indexOf('/', prefix.length) : -1;
      const folder = slash < 0 ? undefined : key.slice(0, slash + 1);
      if (folder !== undefined && (folder === folders.at(-1) || token?.startsWith(folder) === true)) continue;
      if (found.length + folders.length === maxKeys) {
        const last = [found.at(-1)?.key ?? '', folders.at(-1) ?? ''].sort()[1];
        return { objects: found, folders, next: last };
      }
      if (folder === undefined) found.push({ key, sizeBytes: one.sizeBytes, atMs: one.atMs, etag: one.etag });
      else folders.push(folder);
    }
    return { objects: found, folders, next: undefined };
  }

  const bucket: Bucket = {
    place: 'memory:bucket/',
    list: async (request) => {
      await before('list', request.prefix);
      return page(request);
    },
    look: async (key) => {
      await before('look', key);
      const one = current(key);
      if (one === undefined) return undefined;
      const { sizeBytes, atMs, etag, versionId } = one;
      return { sizeBytes, atMs, etag, versionId: versions ? versionId : undefined };
    },
    read: async (key) => {
      await before('read', key);
      return current(key)?.bytes;
    },
    stream: async (key) => {
      await before('read', key);
      const bytes = current(key)?.bytes;
      return bytes === undefined ? undefined : inOnePiece(bytes);
    },
    versions: async (key) => {
      await before('versions', key);
      const all = objects.get(key) ?? [];
      // As the answer has them: versions first, then markers.
      return [...all.filter(({ isMarker }) => !isMarker), ...all.filter(({ isMarker }) => isMarker)];
    },
    openUploads: async function* () {},
    uploadedParts: async () => undefined,
    hasVersions: async () => versions,
    write: async (key, content) => {
      await before('write', key);
      const versionId = put(key, Buffer.from(content), false);
      return versions ? versionId : undefined;
    },
    remove: async ({ key, versionId }) => {
      await before('remove', key);
      take(key, versionId);
    },
    removeMany: async (targets) => {
      await before('remove', targets[0]?.key ?? '');
      for (const { key, versionId } of targets) take(key, versionId);
    },
    copy: async (from, to) => {
      await before('copy', from.key);
      const all = objects.get(from.key) ?? [];
      const one = from.versionId === undefined ? current(from.key) : all.find((v) => v.versionId === from.versionId);
      if (one === undefined) throw new Error(`copying ${from.key}: it is not there`);
      put(to, one.bytes, false);
    },
    abortUpload: async () => {},
  };
  return { bucket, keys: () => [...objects.keys()].filter((key) => current(key) !== undefined).sort() };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
