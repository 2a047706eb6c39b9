import type { Channel } from '../grpc/channel.ts';
import { openChannel } from '../grpc/channel.ts';
import { criProto } from '../grpc/cri-proto.ts';
import type { CriContainer, CriImage, CriSandbox } from './messages.ts';

/** CRI's two services behind one socket. */
export interface CriClient {
  readonly runtime: Channel;
  readonly images: Channel;
  listContainers(signal: AbortSignal): Promise<readonly CriContainer[]>;
  listSandboxes(signal: AbortSignal): Promise<readonly CriSandbox[]>;
  listImages(signal: AbortSignal): Promise<readonly CriImage[]>;
  close(): void;
}

export function openCri(socket: string, timeoutMs: number): CriClient {
  const at = { socket, proto: criProto, timeoutMs };
  const runtime = openChannel({ ...at, service: 'runtime.v1.RuntimeService' });
  const images = openChannel({ ...at, service: 'runtime.v1.ImageService' });
  return {
    runtime,
    images,
    listContainers: async (signal) =>
      (await runtime.ask<{ containers: readonly CriContainer[] }>('ListContainers', {}, signal)).containers,
    listSandboxes: async (signal) =>
      (await runtime.ask<{ items: readonly CriSandbox[] }>('ListPodSandbox', {}, signal)).items,
    listImages: async (signal) => (await images.ask<{ images: readonly CriImage[] }>('ListImages', {}, signal)).images,
    close: () => {
      runtime.close();
      images.close();
    },
  };
}
