import { access, constants } from 'node:fs/promises';
import { type RuntimeAddress, usualSockets } from './address.ts';
import type { Runtime } from './contract.ts';
import { runtimeFailure } from './errors.ts';
import type { ExpiringImage } from './expiring-images.ts';
import type { NamespaceImages } from './other-namespaces.ts';

export {
  formatRuntimeAddress,
  parseRuntimeAddress,
  type RuntimeAddress,
  runtimeKinds,
  usualSockets,
} from './address.ts';

export type { ExpiringImage } from './expiring-images.ts';

export interface OpenRuntimeOptions {
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/**
 * Opens the runtime at an address; without one, the first of the usual places where a socket lies. What speaks to it is loaded when it is opened:
 * it is large.
 *
 * @throws RUNTIME_NOT_FOUND, RUNTIME_SOCKET_MISSING, RUNTIME_FORBIDDEN, RUNTIME_UNREACHABLE, RUNTIME_UNSUPPORTED
 */
export async function openRuntime(
  address: RuntimeAddress | undefined,
  options: OpenRuntimeOptions,
  signal: AbortSignal,
): Promise<Runtime> {
  const { kind, socket, namespace } = address ?? (await findSocket());
  switch (kind) {
    case 'cri':
      return await (await import('./cri/cri-runtime.ts')).openCriRuntime({ socket, ...options }, signal);
    case 'docker':
      return await (await import('./docker/docker-runtime.ts')).openDockerRuntime(
        { socket, timeoutMs: options.timeoutMs },
        signal,
      );
    case 'containerd':
      return await (await import('./containerd/containerd-runtime.ts')).openContainerdRuntime(
        { socket, namespace: namespace ?? 'default', ...options },
        signal,
      );
  }
}

/** See `other-namespaces.ts`; what speaks to containerd is loaded when it is called. */
export async function namespacesBesides(
  address: RuntimeAddress,
  { timeoutMs }: Pick<OpenRuntimeOptions, 'timeoutMs'>,
  signal: AbortSignal,
): Promise<readonly NamespaceImages[]> {
  return await (await import('./other-namespaces.ts')).otherNamespaces(address, timeoutMs, signal);
}

/** See `expiring-images.ts`; what speaks to containerd is loaded when it is called. */
export async function imagesWithExpiry(
  address: RuntimeAddress,
  { timeoutMs }: Pick<OpenRuntimeOptions, 'timeoutMs'>,
  signal: AbortSignal,
): Promise<readonly ExpiringImage[]> {
  return await (await import('./expiring-images.ts')).expiringImages(address, timeoutMs, signal);
}

async function findSocket(): Promise<RuntimeAddress> {
  for (const one of usualSockets) {
    try {
      await access(one.socket, constants.F_OK);
      return one;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  const places = usualSockets.map(({ socket }) => socket).join(', ');
  throw runtimeFailure('RUNTIME_NOT_FOUND', `looking for a container runtime: there is no socket at ${places}`);
}
