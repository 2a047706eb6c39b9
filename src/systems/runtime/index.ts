import { access, constants } from 'node:fs/promises';
import { type RuntimeAddress, usualSockets } from './address.ts';
import type { Runtime } from './contract.ts';
import { runtimeFailure } from './errors.ts';

export {
  formatRuntimeAddress,
  parseRuntimeAddress,
  type RuntimeAddress,
  runtimeKinds,
  usualSockets,
} from './address.ts';

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
  const { kind, socket } = address ?? (await findSocket());
  switch (kind) {
    case 'cri':
      return await (await import('./cri/cri-runtime.ts')).openCriRuntime({ socket, ...options }, signal);
    case 'docker':
      return await (await import('./docker/docker-runtime.ts')).openDockerRuntime(
        { socket, timeoutMs: options.timeoutMs },
        signal,
      );
    default:
      throw runtimeFailure('RUNTIME_UNSUPPORTED', `opening ${kind}://${socket}: this kind is not served yet`);
  }
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
