import { CodedError } from '../util/pure/coded-error.ts';
import { type Digest, isDigest } from './digest.ts';
import { type OciErrorCode, ociErrors } from './errors.ts';

/** An image reference in its parts: `[host[:port]/]repository[:tag][@digest]`. */
export interface Reference {
  readonly host?: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests */
export function isRepository(text: string): boolean {
  return text.length <= 255 && REPOSITORY.test(text);
}

/**
 * Reads an image reference as container tools write it. The first component is a host when it has a dot or a port,
 * or is `localhost`; nothing is added that was not written (no `docker.io`, no `library/`, no `latest`).
 *
 * @throws REFERENCE_INVALID naming the part that is wrong.
 */
export function parseReference(text: string): Reference {
  const [named = '', digest, ...more] = text.trim().split('@');
  if (more.length > 0) throw invalid(text, 'it has more than one @');
  if (digest !== undefined && !isDigest(digest)) throw invalid(text, `${digest} is not a digest`);

  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const host = /[.:]/.test(first) || first === 'localhost' ? first : undefined;
  const rest = host === undefined ? named : named.slice(slash + 1);
  const colon = rest.lastIndexOf(':');
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const repository = colon < 0 ? rest : rest.slice(0, colon);

  if (!isRepository(repository)) throw invalid(text, `${repository || 'the empty string'} is not a repository name`);
  if (tag !== undefined && !isTag(tag)) throw invalid(text, `${tag || 'the empty string'} is not a tag`);
  return {
    ...(host === undefined ? {} : { host }),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: digest as Digest }),
  };
}

/** Writes what {@link parseReference} reads. */
export function formatReference(reference: Reference): string {
  const { host, repository, tag, digest } = reference;
  return `${host === undefined ? '' : `${host}/`}${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function invalid(text: string, why: string): CodedError<OciErrorCode> {
  return new CodedError('REFERENCE_INVALID', `reading the image reference ${JSON.stringify(text)}: ${why}`, {
    hint: ociErrors.REFERENCE_INVALID.hint,
  });
}
