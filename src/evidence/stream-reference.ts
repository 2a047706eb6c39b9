import { type Digest, isDigest } from '../oci/digest.ts';
import { isTag, parseReference } from '../oci/reference.ts';
import type { CodedError } from '../util/pure/coded-error.ts';

/** What a name of an image in use means among image streams. */
export interface StreamReference {
  /** The stream: `shop/web`, whatever the registry and whatever stands before. Absent: only a digest is named. */
  readonly stream?: string;
  /** The stream's name without a namespace: then it is of the namespace of who uses it. */
  readonly localName?: string;
  /** The tag; none and no digest means `latest`. */
  readonly tag?: string;
  readonly digest?: Digest;
}

/** It can't be read, and why. */
export interface UnreadableReference {
  readonly why: string;
}

/**
 * Reads a name of an image as it was written, by a pod (`registry.example:5000/shop/web:v1@sha256:…`, a bare digest) or, of the scope
 * `openshift`, by a build (`shop/web:latest`, `shop/web@sha256:…`).
 */
export function readStreamReference(scope: string, text: string): StreamReference | UnreadableReference {
  const trimmed = text.trim();
  if (isDigest(trimmed)) return { digest: trimmed };
  return scope === 'openshift' ? readNameOfStream(trimmed) : readPullSpec(trimmed);
}

function readNameOfStream(text: string): StreamReference | UnreadableReference {
  const match = /^([^/:@\s]+)\/([^/:@\s]+)(?::([^:@\s]+)|@([^@\s]+))$/.exec(text);
  if (match === null) return { why: 'it is neither NAMESPACE/NAME:TAG nor NAMESPACE/NAME@DIGEST' };
  const [, namespace, name, tag, digest] = match;
  const stream = `${namespace}/${name}`;
  if (digest !== undefined) return isDigest(digest) ? { stream, digest } : { why: `${digest} is not a digest` };
  return tag !== undefined && isTag(tag) ? { stream, tag } : { why: `${tag} is not a tag` };
}

function readPullSpec(text: string): StreamReference | UnreadableReference {
  try {
    const { repository, tag, digest } = parseReference(text);
    const [name = '', namespace] = repository.split('/').reverse();
    const named = tag ?? (digest === undefined ? 'latest' : undefined);
    return {
      ...(namespace === undefined ? { localName: name } : { stream: `${namespace}/${name}` }),
      ...(named === undefined ? {} : { tag: named }),
      ...(digest === undefined ? {} : { digest }),
    };
  } catch (error) {
    const { code, message } = error as CodedError;
    if (code !== 'REFERENCE_INVALID') throw error;
    return { why: message.slice(message.lastIndexOf('": ') + 3) };
  }
}
