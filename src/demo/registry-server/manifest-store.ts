import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { type Digest, hexOf } from '../../oci/digest.ts';
import {
  blobPath,
  currentLinkPath,
  revisionLinkPath,
  revisionsPath,
  tagIndexLinkPath,
  tagPath,
  tagsPath,
} from '../../oci/distribution-layout.ts';
import { parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-type.ts';
import { ifAbsent, readLink, writeLink, writeWhole } from './link-file.ts';

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** The digest that a tag stands for now. */
export function tagDigest(root: string, repository: string, tag: string): Promise<Digest | undefined> {
  return readLink(currentLinkPath(root, repository, tag));
}

/** A sha512 link is an alias; it counts for as long as the revision that it names is there. */
export async function storedRevision(root: string, repository: string, digest: Digest): Promise<Digest | undefined> {
  const stored = await readLink(revisionLinkPath(root, repository, digest));
  return stored === undefined || stored === digest ? stored : readLink(revisionLinkPath(root, repository, stored));
}

/** `undefined` where the repository has no such revision, or its bytes are gone. */
export async function readManifest(
  root: string,
  repository: string,
  digest: Digest,
): Promise<StoredManifest | undefined> {
  const stored = await storedRevision(root, repository, digest);
  if (stored === undefined) return undefined;
  const bytes = await readFile(blobPath(root, stored)).catch(ifAbsent(undefined));
  return bytes === undefined ? undefined : { digest: stored, bytes };
}

/** Digests of a repository's revisions, those with an empty folder left behind included. */
export async function listRevisions(root: string, repository: string): Promise<readonly Digest[]> {
  const hexes = await readdir(`${revisionsPath(root, repository)}/sha256`).catch(ifAbsent([]));
  return hexes.map((hex): Digest => `sha256:${hex}`);
}

/** Stores a manifest, in Distribution's order: bytes, revision, the tag's history, the tag. */
export async function writeManifest(
  root: string,
  repository: string,
  manifest: StoredManifest & { readonly alias: Digest; readonly tag: string | undefined },
): Promise<void> {
  const { digest, alias, tag, bytes } = manifest;
  const blob = blobPath(root, digest);
  if ((await stat(blob).catch(ifAbsent(undefined))) === undefined) await writeWhole(blob, bytes);
  for (const name of new Set([digest, alias])) await writeLink(revisionLinkPath(root, repository, name), digest);
  if (tag === undefined) return;
  await writeLink(tagIndexLinkPath(root, repository, tag, digest), digest);
  await writeLink(currentLinkPath(root, repository, tag), digest);
}

/** Removes a tag with its history, and nothing else. */
export function removeTag(root: string, repository: string, tag: string): Promise<void> {
  return rm(tagPath(root, repository, tag), { recursive: true });
}

/** Removes a revision and every tag that stands for it; tags first, so that none is left without its manifest. */
export async function removeRevision(root: string, repository: string, digest: Digest): Promise<void> {
  for (const tag of await readdir(tagsPath(root, repository)).catch(ifAbsent([])))
    if ((await tagDigest(root, repository, tag)) === digest) await removeTag(root, repository, tag);
  await rm(revisionLinkPath(root, repository, digest));
}

/** Nothing in the store says what a manifest is but its own bytes. */
export function mediaTypeOf(bytes: Uint8Array): string {
  const { mediaType, opaqueBecause } = parseManifest(bytes, '');
  if (mediaType !== '') return mediaType;
  return opaqueBecause === 'its schemaVersion is not 2' ? mediaTypes.dockerSchema1Signed : 'application/octet-stream';
}

/** As an entity tag. */
export function etagOf(digest: Digest): string {
  return `"sha256:${hexOf(digest)}"`;
}
