import { type Digest, isDigest } from './digest.ts';

/** A tag whose name says that it belongs to another manifest of the same repository. */
export interface ReferrerTag {
  readonly subject: Digest;
  /** `fallback`: the Referrers tag schema of the distribution spec. The others are cosign's. */
  readonly as: 'fallback' | 'signature' | 'attestation' | 'sbom' | 'other';
}

const NAME = /^(sha256|sha512)-([0-9a-f]{64,128})(?:\.([A-Za-z0-9._-]+))?$/;

/**
 * Reads `sha256-<hex>` (referrers fallback) and `sha256-<hex>.sig|.att|.sbom` (cosign). Any other suffix is `other`,
 * and belongs to its subject all the same.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 * @see https://github.com/sigstore/cosign/blob/v2.4.1/specs/SIGNATURE_SPEC.md#tag-based-discovery
 */
export function parseReferrerTag(tag: string): ReferrerTag | undefined {
  const match = NAME.exec(tag);
  if (match === null) return undefined;
  const subject = `${match[1]}:${match[2]}`;
  if (!isDigest(subject)) return undefined;
  return { subject, as: suffixes[match[3] ?? ''] ?? 'other' };
}

const suffixes: Readonly<Record<string, ReferrerTag['as']>> = {
  '': 'fallback',
  sig: 'signature',
  att: 'attestation',
  sbom: 'sbom',
};
