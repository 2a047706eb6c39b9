import { createHash } from 'node:crypto';
import { type Digest, isDigest } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-type.ts';
import type { Look, StoreWorld } from './world.ts';

/** Names → bytes and digests. */
export interface Contents {
  bytes(name: string): Uint8Array;
  /** `x` by its sha256, `x@sha512` by its sha512; a digest is itself. */
  digest(name: string): Digest;
  /** The name of what has this digest, for messages; the digest itself where nobody was asked for it. */
  nameOf(digest: string): string;
}

export function makeContents(world: StoreWorld): Contents {
  const made = new Map<string, Uint8Array>();
  const names = new Map<string, string>();

  const look = (name: string): Look => ({
    name,
    digest,
    descriptor: (of, mediaType = mediaTypes.ociManifest) => ({
      mediaType,
      digest: digest(of),
      size: bytes(plainName(of)).length,
    }),
  });
  return { bytes, digest, nameOf: (text) => names.get(text) ?? text };

  function bytes(name: string): Uint8Array {
    let content = made.get(name);
    if (content === undefined) {
      const spec = world.manifests?.[name];
      content = spec === undefined ? blobBytes(name) : toBytes(spec.render(look(name)));
      made.set(name, content);
    }
    return content;
  }

  function blobBytes(name: string): Uint8Array {
    const given = world.blobs?.[name];
    if (typeof given === 'number') return Buffer.alloc(given, `${name} `);
    if (given !== undefined) return toBytes(given);
    return Buffer.from(name.endsWith('.config') ? JSON.stringify({ os: 'linux', of: name }) : `the bytes of ${name}`);
  }

  function digest(name: string): Digest {
    if (isDigest(name)) return name;
    const algorithm = name.endsWith('@sha512') ? 'sha512' : 'sha256';
    const found: Digest = `${algorithm}:${createHash(algorithm)
      .update(bytes(plainName(name)))
      .digest('hex')}`;
    names.set(found, name);
    return found;
  }
}

/** `x` for `x@sha512`. */
export function plainName(name: string): string {
  return name.replace(/@sha512$/, '');
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
