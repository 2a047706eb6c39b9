import type { PruneImagesOptions } from '../../config/prune-images-options.ts';
import type { ImageApiScope } from '../../plan/plan.ts';
import type { Cluster, ImageApi, ImageApiReader } from '../../systems/cluster/contract.ts';
import type { ClusterSettings } from '../../systems/cluster/index.ts';
import type { IntegratedRegistry } from '../../systems/integrated-registry/contract.ts';
import { type LoginPlace, openIntegratedRegistry, registryLogin } from '../../systems/integrated-registry/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { Session } from './session.ts';

/** An image API, and the cluster that it is of. */
export interface OpenImages {
  readonly reader: ImageApiReader;
  readonly cluster: Cluster;
  readonly settings: ClusterSettings;
  /** As it can be written on a command line. */
  readonly shown: string;
}

/**
 * Finds the image API: that of the first cluster which has one, or the one of this name.
 *
 * @throws CLUSTER_NO_IMAGE_API
 */
export async function openImages(session: Session, name?: string): Promise<OpenImages> {
  const { terminal, settings } = session;
  const found: string[] = [];
  for (const [index, cluster] of (await session.clusters()).entries()) {
    const reader = await cluster.imageApi(terminal.signal);
    const choice = settings.clusters[index];
    if (reader === undefined || choice === undefined) continue;
    if (name === undefined || reader.name === name)
      return { reader, cluster, settings: choice.source, shown: choice.shown };
    found.push(reader.name);
  }
  const asked = settings.clusters.map(({ shown }) => shown).join(', ');
  const none = found.length === 0 ? 'none of them has an image API' : `there is ${found.join(', ')}, and not ${name}`;
  throw new CodedError('CLUSTER_NO_IMAGE_API', `looking for OpenShift's image API in ${asked}: ${none}`, {
    hint: 'use `winnow prune` for a cluster that is no OpenShift, or name another with --cluster',
  });
}

/** The verbs that change it. @throws PRUNE_IMAGES_READ_ONLY where it is only objects in files */
export async function openToWrite({ cluster, shown }: OpenImages, signal: AbortSignal): Promise<ImageApi> {
  const api = await cluster.writableImageApi(signal);
  if (api !== undefined) return api;
  const message = `preparing to delete from ${shown}: it is only read, nothing can be changed there; nothing was deleted`;
  throw new CodedError<CliErrorCode>('PRUNE_IMAGES_READ_ONLY', message, {
    hint: cliErrors.PRUNE_IMAGES_READ_ONLY.hint,
  });
}

/** What a plan says of where it was made. Whatever the registry may be called, a plan for objects alone names none. */
export async function imagesScope(
  { terminal }: Session,
  open: OpenImages,
  { pruneRegistry, namespace, registryUrl }: Pick<PruneImagesOptions, 'pruneRegistry' | 'namespace' | 'registryUrl'>,
): Promise<ImageApiScope> {
  const url = pruneRegistry ? (registryUrl ?? (await open.reader.registryHost(terminal.signal))) : undefined;
  return {
    name: open.reader.name,
    cluster: open.shown,
    ...(url === undefined ? {} : { registryUrl: url }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** How the integrated registry is reached. Nothing of it is taken from the section `registry`, which may be about another one: it would get the token. */
export type RegistryAccess = Pick<PruneImagesOptions, 'registryUrl' | 'caFile' | 'forceInsecure'>;

/**
 * Opens the integrated registry, which is asked whether it is there.
 *
 * @param planned - where a plan found it
 * @throws INTEGRATED_REGISTRY_UNKNOWN, INTEGRATED_REGISTRY_NO_TOKEN, INTEGRATED_REGISTRY_PING_FAILED
 */
export async function openRegistryOf(
  { settings, terminal }: Session,
  open: OpenImages,
  { registryUrl: given, caFile, forceInsecure }: RegistryAccess,
  planned?: string,
): Promise<IntegratedRegistry> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, retries = DEFAULT_RETRIES } = settings.registry;
  const login = await loginOf(open);
  const url = given ?? planned ?? (await open.reader.registryHost(terminal.signal));
  if (url === undefined)
    throw new CodedError(
      'INTEGRATED_REGISTRY_UNKNOWN',
      `unable to find the remote registry host: no image of ${open.reader.name} was pushed to it, and no stream names it`,
      { hint: 'name it with --registry-url, or leave its data alone with --prune-registry=false' },
    );
  return await openIntegratedRegistry(
    {
      ...{ url, isUrlGiven: given !== undefined, login, forceInsecure, timeoutMs, retries },
      ...(caFile === undefined ? {} : { caFile }),
      concurrency: settings.pruneImages.numWorkers,
    },
    terminal.signal,
  );
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 4;

async function loginOf({ settings, shown }: OpenImages) {
  const place: LoginPlace = settings.kind === 'kubernetes' || settings.kind === 'openshift' ? settings : {};
  const login = await registryLogin({
    ...(place.kubeconfig === undefined ? {} : { kubeconfig: place.kubeconfig }),
    ...(place.context === undefined ? {} : { context: place.context }),
  });
  if (login.token !== undefined) return login;
  throw new CodedError(
    'INTEGRATED_REGISTRY_NO_TOKEN',
    `connecting to the integrated registry of ${shown}: you must use a client config with a token; this one has none`,
    { hint: 'log in with a token: oc login --token=…, or run with a service account' },
  );
}
