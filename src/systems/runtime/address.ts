import { isAbsolute } from 'node:path';
import { runtimeFailure } from './errors.ts';

export const runtimeKinds = ['cri', 'containerd', 'docker'] as const;

export type RuntimeKind = (typeof runtimeKinds)[number];

/** Where a container runtime answers. */
export interface RuntimeAddress {
  readonly kind: RuntimeKind;
  /** Absolute path of its socket. */
  readonly socket: string;
  /** Of `containerd`: the namespace. */
  readonly namespace?: string;
}

/** Sockets that are looked for where none is named, in this order. k3s and rke2 have theirs in one place. */
export const usualSockets: readonly RuntimeAddress[] = [
  { kind: 'cri', socket: '/run/containerd/containerd.sock' },
  { kind: 'cri', socket: '/run/k3s/containerd/containerd.sock' },
  { kind: 'cri', socket: '/run/crio/crio.sock' },
  { kind: 'cri', socket: '/run/cri-dockerd.sock' },
  { kind: 'docker', socket: '/var/run/docker.sock' },
];

/**
 * `cri:///run/containerd/containerd.sock`, `containerd:///…?namespace=moby`, `docker:///var/run/docker.sock`; `unix:///…` and a bare
 * path mean CRI, as crictl takes them.
 *
 * @throws RUNTIME_ADDRESS_INVALID
 */
export function parseRuntimeAddress(text: string): RuntimeAddress {
  const found = /^(?:([a-z]+):\/\/)?([^?]*)(?:\?(.*))?$/.exec(text.trim());
  const scheme = found?.[1] ?? 'unix';
  const socket = found?.[2] ?? '';
  const kind = scheme === 'unix' ? 'cri' : runtimeKinds.find((one) => one === scheme);
  const reading = `reading the runtime's address ${JSON.stringify(text)}`;
  if (kind === undefined)
    throw runtimeFailure('RUNTIME_ADDRESS_INVALID', `${reading}: ${scheme} is no kind of runtime`);
  if (!isAbsolute(socket))
    throw runtimeFailure('RUNTIME_ADDRESS_INVALID', `${reading}: after ${kind}:// comes the absolute path of a socket`);
  if (kind !== 'containerd') return { kind, socket };
  return { kind, socket, namespace: new URLSearchParams(found?.[3] ?? '').get('namespace') ?? 'default' };
}

/** Writes what {@link parseRuntimeAddress} reads. */
export function formatRuntimeAddress({ kind, socket, namespace }: RuntimeAddress): string {
  return `${kind}://${socket}${namespace === undefined ? '' : `?namespace=${namespace}`}`;
}
