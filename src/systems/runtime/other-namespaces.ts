import type { RuntimeAddress } from './address.ts';
import { imageRecords, namespaces } from './grpc/containerd-listing.ts';
import { openContainerdServices } from './grpc/containerd-services.ts';

/** Where the kubelet's things lie in containerd. */
const OURS = 'k8s.io';

export interface NamespaceImages {
  readonly namespace: string;
  /** At least one. */
  readonly images: number;
}

/**
 * The namespaces of a containerd besides the kubelet's that have images: CRI shows none of them, and no kubelet removes any.
 *
 * @param address - whose socket is containerd's.
 */
export async function otherNamespaces(
  { socket }: Pick<RuntimeAddress, 'socket'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly NamespaceImages[]> {
  const first = openContainerdServices(socket, OURS, timeoutMs);
  const found: NamespaceImages[] = [];
  try {
    for (const namespace of (await namespaces(first, signal)).filter((name) => name !== OURS)) {
      const services = openContainerdServices(socket, namespace, timeoutMs);
      try {
        const images = (await imageRecords(services, signal)).length;
        if (images > 0) found.push({ namespace, images });
      } finally {
        services.close();
      }
    }
  } finally {
    first.close();
  }
  return found;
}
