import { nearest } from '../../config/nearest.ts';
import { recordsOfTags } from '../../config/reconcile-policy.ts';
import { listTags, type TagListing } from '../../flows/list-tags.ts';
import type { Registry, RegistryReader } from '../../systems/registry/contract.ts';
import { registrySource } from '../../systems/registry/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import { startProgress } from '../progress.ts';
import type { Session } from './session.ts';

/**
 * Looks at the tags of one repository.
 *
 * @param withTimes - when images were made and pushed, too: a request more for each image.
 * @throws REPOSITORY_NOT_FOUND
 */
export async function tagListing(session: Session, repository: string, withTimes: boolean): Promise<TagListing> {
  const { settings, terminal } = session;
  const registry = await session.registry();
  const mediaTypes = new Map<string, string>();
  const progress = startProgress(terminal, `reading ${repository}`);
  const { rows, gaps } = await listTags(
    {
      registry: registrySource(lookingAtImages(registry, mediaTypes), {
        repositories: [repository],
        concurrency: settings.registry.concurrency ?? 8,
        readCreated: () => withTimes,
        pushTimes: withTimes,
        onProgress: ({ tags }) => progress.update(tags, `${tags} tags`),
      }),
      records: (await session.records(registry.host)).map(({ source }) => source),
      recordsOf: recordsOfTags(settings),
      scope: `${registry.host}/${repository}`,
      nowMs: terminal.nowMs,
    },
    terminal.signal,
  ).finally(() => progress.stop());
  if (rows.length === 0 && gaps.length === 0) await assertExists(registry, repository, terminal.signal);
  const typed = rows.map((row) => {
    const mediaType = mediaTypes.get(row.digest ?? '');
    return mediaType === undefined ? row : { ...row, mediaType };
  });
  return { rows: typed, gaps };
}

/** Notes the media type of what is read, and does not ask for signatures and the like: they are no part of an image. */
function lookingAtImages(registry: RegistryReader, mediaTypes: Map<string, string>): RegistryReader {
  return {
    ...registry,
    referrers: async () => [],
    manifest: async (repository, reference, signal) => {
      const found = await registry.manifest(repository, reference, signal);
      if (found !== undefined) mediaTypes.set(found.digest, found.mediaType);
      return found;
    },
  };
}

/** A repository that is not there has an empty list of tags, like one whose tags are all gone: the catalog tells them apart. */
async function assertExists(registry: Registry, repository: string, signal: AbortSignal): Promise<void> {
  const names: string[] = [];
  try {
    for await (const name of registry.repositories(signal)) {
      if (name === repository) return;
      names.push(name);
    }
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'REGISTRY_NO_CATALOG')) throw error;
    throw notFound(registry.host, repository, 'it has no tags, and there is no catalog that would tell if it exists');
  }
  throw notFound(registry.host, repository, 'there is no such repository', nearest(repository, names));
}

function notFound(host: string, repository: string, why: string, meant?: string): CodedError<CliErrorCode> {
  const { hint } = cliErrors.REPOSITORY_NOT_FOUND;
  return new CodedError<CliErrorCode>('REPOSITORY_NOT_FOUND', `listing the tags of ${host}/${repository}: ${why}`, {
    hint: meant === undefined ? hint : `did you mean ${meant}? ${hint}`,
  });
}
