import { dirname } from 'node:path/posix';
import type { NodeGcSettings, Settings } from '../../config/settings.ts';
import type { FleetJobs } from '../../plan/fleet-scope.ts';
import { type NodeMount, PLAN_FILE, REGISTRY_LOGIN } from '../../systems/fleet/index.ts';
import { formatRuntimeAddress, parseRuntimeAddress, usualSockets } from '../../systems/runtime/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';

/** What the Jobs of a fleet do, the same on each node. */
export interface FleetOrder {
  /** Of `winnow`, without its name: everything that the settings and flags here say of nodes. A Job sees no settings file. */
  readonly args: readonly string[];
  readonly mounts: readonly NodeMount[];
  /** Whether they ask the API server what workloads name. */
  readonly needsToken: boolean;
}

type OrderSettings = Pick<Settings, 'nodeGc' | 'clusters' | 'references' | 'registry' | 'log' | 'plan'>;

/**
 * What Jobs do that decide on their nodes.
 *
 * @param what - `tell-plan`: a dry run that tells its plan
 * @throws USAGE_INVALID for settings that can not be handed on to a Job: it would remove more than they allow
 */
export function fleetOrder(settings: OrderSettings, what: 'dry-run' | 'tell-plan' | 'confirmed'): FleetOrder {
  const { nodeGc } = settings;
  const runtime = runtimeOf(nodeGc);
  const clusters = clusterArgs(settings);
  return {
    args: [
      'node-gc',
      `--runtime=${formatRuntimeAddress(runtime)}`,
      `--state-dir=${nodeGc.fleet.stateDir}`,
      `--log-level=${settings.log.level}`,
      ...policyArgs(nodeGc),
      ...repullableArgs(settings),
      ...clusters,
      '--fleet-report',
      ...(what === 'tell-plan' ? ['--fleet-plan', `--expires-after=${settings.plan.expiresAfterMs}ms`] : []),
      ...(what === 'confirmed' ? ['--confirm'] : []),
    ],
    mounts: mountsFor({ ...nodeGc.fleet, staticPods: nodeGc.staticPods }, runtime.socket),
    needsToken: clusters.length > 0,
  };
}

/** What Jobs do that apply plans which were made with these settings. @throws USAGE_INVALID as {@link fleetOrder} */
export function jobsToApply(settings: OrderSettings, image: string): FleetJobs {
  const { nodeGc, registry } = settings;
  const { selector: _, image: __, ...fleet } = nodeGc.fleet;
  return {
    ...fleet,
    image,
    ...(nodeGc.staticPods !== undefined && { staticPods: nodeGc.staticPods }),
    runtime: formatRuntimeAddress(runtimeOf(nodeGc)),
    timeoutMs: nodeGc.timeoutMs,
    asksRegistries: nodeGc.requireRepullable,
    insecure: registry.insecure === true,
    asksCluster: clusterArgs(settings).length > 0,
  };
}

/** A Job applies the plan that it gets as a file, and no other. Clusters and static pods are those that the plan names. */
export function applyOrder(
  { asksRegistries, insecure, registrySecret, asksCluster, ...jobs }: FleetJobs,
  { logLevel, sha256 }: { readonly logLevel: string; readonly sha256: string },
): FleetOrder {
  return {
    args: [
      ...['apply', PLAN_FILE, `--plan-sha256=${sha256}`, '--confirm'],
      ...[`--state-dir=${jobs.stateDir}`, `--timeout=${jobs.timeoutMs}ms`, `--log-level=${logLevel}`],
      ...(asksRegistries ? registryArgs({ registrySecret, insecure }) : []),
      '--fleet-report',
    ],
    mounts: mountsFor(jobs, parseRuntimeAddress(jobs.runtime).socket),
    needsToken: asksCluster,
  };
}

function runtimeOf({ runtime }: NodeGcSettings) {
  return parseRuntimeAddress(runtime ?? formatRuntimeAddress(usualSockets[0] as (typeof usualSockets)[0]));
}

/** Flags that come to the same policy as the settings that they are made of. */
function policyArgs({ policy, watermarks, releaseContent, timeoutMs, staticPods }: NodeGcSettings): readonly string[] {
  const { containers, sandboxes, sandboxMinAgeMs, images } = policy;
  return [
    ...[`--timeout=${timeoutMs}ms`, `--containers=${containers}`, `--sandboxes=${sandboxes}`],
    `--sandbox-min-age=${sandboxMinAgeMs}ms`,
    ...(images === undefined ? ['--no-images'] : imageArgs(images)),
    ...(watermarks === undefined
      ? []
      : [`--high-watermark=${watermarks.highPercent}`, `--low-watermark=${watermarks.lowPercent}`]),
    ...(releaseContent ? ['--release-content'] : []),
    ...(staticPods === undefined ? [] : [`--static-pods=${staticPods}`]),
  ];
}

type ImagePolicy = NonNullable<NodeGcSettings['policy']['images']>;

function imageArgs(images: ImagePolicy): readonly string[] {
  const { minPullAgeMs, minUnusedAgeMs, minBuildAgeMs, keepPerRepository, keep, only, labels } = images;
  return [
    `--min-pull-age=${minPullAgeMs}ms`,
    ...(minUnusedAgeMs === undefined ? [] : [`--min-unused-age=${minUnusedAgeMs}ms`]),
    ...(minBuildAgeMs === undefined ? [] : [`--until=${minBuildAgeMs}ms`]),
    ...(keepPerRepository === undefined ? [] : [`--keep-per-repository=${keepPerRepository}`]),
    ...keep.map((one) => `--keep=${patternText(one)}`),
    ...only.map((one) => `--only=${patternText(one)}`),
    ...labels.map((one) => `--label=${labelText(one)}`),
  ];
}

const patternText = ({ kind, text }: ImagePolicy['keep'][number]) => (kind === 'glob' ? text : `/${text}/`);

const labelText = ({ key, value, absent }: ImagePolicy['labels'][number]) =>
  `${absent ? '!' : ''}${key}${value === undefined ? '' : `=${value}`}`;

function repullableArgs({ nodeGc, registry }: Pick<Settings, 'nodeGc' | 'registry'>): readonly string[] {
  if (!nodeGc.requireRepullable) return [];
  const { registrySecret } = nodeGc.fleet;
  return ['--require-repullable', ...registryArgs({ registrySecret, insecure: registry.insecure === true })];
}

function registryArgs(access: { readonly registrySecret: string | undefined; readonly insecure: boolean }) {
  return [
    ...(access.registrySecret === undefined ? [] : [`--auth-file=${REGISTRY_LOGIN}`]),
    ...(access.insecure ? ['--force-insecure'] : []),
  ];
}

/** A Job can ask the cluster that it runs in, by its own account, and nothing else. */
function clusterArgs({ clusters, references }: Pick<Settings, 'clusters' | 'references'>): readonly string[] {
  const own = clusters.filter(
    ({ source }) =>
      (source.kind === 'kubernetes' || source.kind === 'openshift') &&
      source.kubeconfig === undefined &&
      source.context === undefined &&
      source.mayHold === undefined,
  );
  const other = clusters.find((one) => !own.includes(one));
  if (other !== undefined)
    throw refused(
      `a Job on a node can not ask ${other.shown}`,
      'name the cluster of the nodes itself, as --cluster kubernetes, or leave it out',
    );
  if (own.length > 0 && references.customResources.length > 0)
    throw refused(
      'references.customResources can not be handed on to Jobs on nodes, and without them images would go that they name',
      'leave --cluster out, or run a DaemonSet with the settings file',
    );
  return own.map(({ source }) => `--cluster=${source.kind}`);
}

interface OfNodes {
  readonly stateDir: string;
  readonly imagesPath?: string | undefined;
  readonly staticPods?: string | undefined;
}

function mountsFor({ stateDir, imagesPath, staticPods }: OfNodes, socket: string): readonly NodeMount[] {
  const folder = dirname(socket);
  return [
    // In /run lie the sockets of everything, and in /var/run a pod's own token.
    ['/run', '/var/run'].includes(folder)
      ? { path: socket, readOnly: true, type: 'Socket' }
      : { path: folder, readOnly: true, type: 'Directory' },
    { path: imagesPath ?? usualImagesPath(socket), readOnly: true, type: 'Directory' },
    { path: stateDir, readOnly: false, type: 'DirectoryOrCreate' },
    ...(staticPods === undefined ? [] : [{ path: staticPods, readOnly: true, type: 'Directory' } as const]),
  ];
}

/** Where runtimes have their images, by their sockets. rke2 has the socket of k3s, and its images elsewhere: that has to be said. */
function usualImagesPath(socket: string): string {
  if (socket.startsWith('/run/k3s/')) return '/var/lib/rancher/k3s/agent/containerd';
  if (socket.includes('crio')) return '/var/lib/containers';
  return socket.includes('docker') ? '/var/lib/docker' : '/var/lib/containerd';
}

function refused(what: string, hint: string): CodedError<CliErrorCode> {
  return new CodedError('USAGE_INVALID', `going through all nodes: ${what}`, { hint });
}
