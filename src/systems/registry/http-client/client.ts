import type { Capabilities, ClockSkewMs, Registry } from '../contract.ts';
import type { RegistryProfile } from '../profile.ts';
import { deleteBlob, deleteReference } from './delete.ts';
import { listCatalog, listReferrers, listTags } from './lists.ts';
import { nestedBelow, refuseToReachIntoNested, tagsWithoutNested } from './nested-repositories.ts';
import { type Acquaintance, getAcquainted, probeCapabilities, probeReadOnly } from './probe.ts';
import { readPushTimes } from './push-times.ts';
import { readBlob, readBlobSize } from './read-blob.ts';
import { fetchManifest, MAX_MANIFEST_BYTES, resolveManifest } from './read-manifest.ts';
import { pathOf } from './request-paths.ts';
import type { AuthDescription, OpenTransport, Transport } from './transport-contract.ts';
import { pushBlob, pushManifest } from './write.ts';

/** What a client needs of a connection. */
export type ClientTransport = Transport & Pick<OpenTransport, 'clockSkewMs' | 'security' | 'wayIn' | 'describeAuth'>;

export interface ClientSettings {
  /** The repositories there are. Given, the catalog is not asked: for registries that have none, or show it to nobody. */
  readonly repositories?: readonly string[];
  /** The product, where it is known: one of the ids of `profiles`. Default: recognised by its answers. */
  readonly product?: string;
  /** What is known of the server: takes precedence over what its product and its answers tell. */
  readonly capabilities?: Partial<Capabilities>;
  /** Larger manifests are REGISTRY_TOO_LARGE. Default 4 MiB. */
  readonly maxManifestBytes?: number;
}

/**
 * A registry that speaks the OCI distribution specification, over a connection.
 *
 * @param profiles - the products that are known; the last one has to recognise every server.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export function createClient(
  transport: ClientTransport,
  profiles: readonly RegistryProfile[],
  settings: ClientSettings = {},
): Registry {
  const { repositories: named = [], capabilities: declared = {} } = settings;
  const maxBytes = settings.maxManifestBytes ?? MAX_MANIFEST_BYTES;
  const declaredProfile = profiles.find(({ id }) => id === settings.product);
  const candidates = declaredProfile === undefined ? profiles : [{ ...declaredProfile, recognises: () => true }];
  const acquaintance = remembered((signal) => getAcquainted(transport, candidates, named, signal));
  const capabilities = remembered(async (signal) => {
    const known: Acquaintance = await acquaintance(signal);
    return probeCapabilities(transport, known, declared, signal);
  });

  const profileOf = async (signal: AbortSignal) => declaredProfile ?? (await acquaintance(signal)).profile;
  const listAll = (signal: AbortSignal) => collect(repositories(signal));
  const listAllOnce = remembered(listAll);
  const nestedIn = async (repository: string, list: typeof listAll, signal: AbortSignal) => {
    const { mixesNestedRepositories } = (await profileOf(signal)).quirks;
    return mixesNestedRepositories ? nestedBelow(repository, await list(signal)) : [];
  };

  async function* repositories(signal: AbortSignal): AsyncGenerator<string> {
    if (named.length > 0) yield* named;
    else yield* listCatalog(transport, (await profileOf(signal)).quirks.pageSize, signal);
  }

  async function* tags(repository: string, signal: AbortSignal): AsyncGenerator<string> {
    const { pageSize } = (await profileOf(signal)).quirks;
    const nested = await nestedIn(repository, listAllOnce, signal);
    if (nested.length === 0) yield* listTags(transport, repository, pageSize, signal);
    else yield* tagsWithoutNested(transport, repository, nested, maxBytes, signal);
  }

  return {
    host: transport.host,
    url: transport.url,
    capabilities,
    isReadOnly: async (signal) => probeReadOnly(transport, (await acquaintance(signal)).repository, signal),
    clockSkewMs: (signal) => clockSkew(transport, signal),
    connection: async () => ({ security: transport.security, identity: identityIn(await transport.describeAuth()) }),
    repositories,
    tags,
    resolve: (repository, reference, signal) => resolveManifest(transport, repository, reference, maxBytes, signal),
    manifest: (repository, reference, signal) => fetchManifest(transport, repository, reference, maxBytes, signal),
    blobSize: (repository, digest, signal) => readBlobSize(transport, repository, digest, signal),
    blob: (repository, digest, limit, signal) => readBlob(transport, repository, digest, limit, signal),
    referrers: async (repository, digest, signal) =>
      (await capabilities(signal)).referrersApi
        ? collect(listReferrers(transport, repository, digest, maxBytes, signal))
        : [],
    pushTimes: async (repository, tag, signal) =>
      (await profileOf(signal)).quirks.manifestHistory
        ? readPushTimes(transport, repository, tag, signal)
        : new Map<never, number>(),
    deleteTag: (repository, tag, signal) => deleteReference(transport, repository, tag, signal),
    deleteManifest: async (repository, digest, signal) => {
      const nested = await nestedIn(repository, listAll, signal);
      await refuseToReachIntoNested(transport, repository, digest, nested, maxBytes, signal);
      return deleteReference(transport, repository, digest, signal);
    },
    deleteBlob: (repository, digest, signal) => deleteBlob(transport, repository, digest, signal),
    putManifest: (repository, reference, manifest, signal) =>
      pushManifest(transport, repository, reference, manifest, signal),
    putBlob: (repository, bytes, signal) => pushBlob(transport, repository, bytes, signal),
    close: () => transport.close(),
  };
}

/** Finds something out once, whoever asks first; a failure is his, and is not remembered. */
function remembered<T>(find: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let found: { readonly value: T } | undefined;
  let pending: Promise<void> | undefined;
  return async (signal) => {
    while (found === undefined) {
      signal.throwIfAborted();
      if (pending !== undefined) {
        await pending;
        continue;
      }
      const finding = find(signal);
      pending = finding.then(noted, noted);
      found = { value: await finding };
    }
    return found.value;
  };

  function noted(): void {
    pending = undefined;
  }
}

/** As the last answer told it; where there was none yet, one is asked for. */
async function clockSkew(transport: ClientTransport, signal: AbortSignal): Promise<ClockSkewMs> {
  const known = transport.clockSkewMs();
  if (known !== undefined) return known;
  const doing = "reading the registry's clock";
  await transport.send({ method: 'GET', path: pathOf.api, access: 'pull', maxBytes: 64 << 10, doing }, signal);
  return transport.clockSkewMs();
}

function identityIn({ credential, username, source }: AuthDescription): string {
  if (credential === 'none') return 'nobody: no credentials were found';
  return `${username ?? `the owner of a ${credential}`}${source === undefined ? '' : `, by ${source}`}`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
