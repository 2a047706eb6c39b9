import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openChannel } from '../../src/systems/runtime/grpc/channel.ts';
import { criRigProto } from './cri-rig-proto.ts';

export interface Pod {
  readonly id: string;
  readonly uid: string;
  readonly config: object;
}

export interface ContainerOptions {
  readonly name?: string;
  readonly attempt?: number;
  readonly image: string;
  /** Default true: it is started. */
  readonly start?: boolean;
  /** The image of a volume, which is mounted at `/volume`. */
  readonly volume?: string;
}

/** Does what a kubelet does: pods, containers, pulls. Over CRI alone. */
export interface CriRig {
  pull(image: string): Promise<string>;
  pod(
    name: string,
    options?: { readonly handler?: string; readonly uid?: string; readonly attempt?: number },
  ): Promise<Pod>;
  container(pod: Pod, options: ContainerOptions): Promise<string>;
  /** Waits until a container has ended by itself. */
  ended(container: string): Promise<void>;
  stopPod(pod: Pod): Promise<void>;
  /** Its sandbox ends as by an accident: it is not ready, and nothing was cleared away. */
  crashPod(pod: Pod): Promise<void>;
  images(): Promise<readonly { id: string; repo_tags: string[]; repo_digests: string[]; pinned: boolean }[]>;
  containers(): Promise<readonly { id: string; state: string }[]>;
  pods(): Promise<readonly { id: string; state: string }[]>;
  close(): void;
}

const NODE = 2;

/** @param folder - where pods' logs go */
export function criRig(socket: string, folder: string): CriRig {
  const { signal } = new AbortController();
  const at = { socket, proto: criRigProto, timeoutMs: 60_000 };
  const runtime = openChannel({ ...at, service: 'runtime.v1.RuntimeService' });
  const images = openChannel({ ...at, service: 'runtime.v1.ImageService' });
  const ask = async <Reply>(method: string, request: object): Promise<Reply> => {
    const reply = await runtime.call<Reply>(method, request, signal);
    if (reply === undefined) throw new Error(`${method}: not found`);
    return reply;
  };
  return {
    pull: async (image) => {
      const reply = await images.call<{ image_ref: string }>('PullImage', { image: { image } }, signal);
      if (reply === undefined) throw new Error(`pulling ${image}: not found`);
      return reply.image_ref;
    },
    pod: async (name, { handler = '', uid = randomUUID(), attempt = 0 } = {}) => {
      const logs = join(folder, 'logs', uid);
      await mkdir(logs, { recursive: true });
      const config = {
        metadata: { name, uid, namespace: 'tests', attempt },
        log_directory: logs,
        labels: {
          'io.kubernetes.pod.name': name,
          'io.kubernetes.pod.namespace': 'tests',
          'io.kubernetes.pod.uid': uid,
        },
        linux: {
          cgroup_parent: '/winnow-tests',
          security_context: { namespace_options: { network: NODE, pid: 1, ipc: NODE } },
        },
      };
      const { pod_sandbox_id: id } = await ask<{ pod_sandbox_id: string }>('RunPodSandbox', {
        config,
        runtime_handler: handler,
      });
      return { id, uid, config };
    },
    container: async (pod, { name = 'app', attempt = 0, image, start = true, volume }) => {
      const { container_id: id } = await ask<{ container_id: string }>('CreateContainer', {
        pod_sandbox_id: pod.id,
        sandbox_config: pod.config,
        config: {
          metadata: { name, attempt },
          image: { image },
          ...(volume === undefined
            ? {}
            : { mounts: [{ container_path: '/volume', readonly: true, image: { image: volume } }] }),
          log_path: `${name}-${attempt}.log`,
          labels: { 'io.kubernetes.pod.uid': pod.uid, 'io.kubernetes.container.name': name },
          linux: { security_context: { namespace_options: { network: NODE } } },
        },
      });
      if (start) await ask('StartContainer', { container_id: id });
      return id;
    },
    ended: async (container) => {
      for (let n = 0; n < 300; n += 1) {
        const { status } = await ask<{ status: { state: string } }>('ContainerStatus', { container_id: container });
        if (status.state === 'CONTAINER_EXITED') return;
        await new Promise((go) => setTimeout(go, 50));
      }
      throw new Error(`container ${container} does not end`);
    },
    stopPod: async ({ id }) => void (await ask('StopPodSandbox', { pod_sandbox_id: id })),
    crashPod: async ({ id }) => {
      const { info } = await ask<{ info: { info: string } }>('PodSandboxStatus', { pod_sandbox_id: id, verbose: true });
      process.kill((JSON.parse(info.info) as { pid: number }).pid, 'SIGKILL');
      for (let n = 0; n < 300; n += 1) {
        const { items } = await ask<{ items: { id: string; state: string }[] }>('ListPodSandbox', {});
        if (items.find((one) => one.id === id)?.state === 'SANDBOX_NOTREADY') return;
        await new Promise((go) => setTimeout(go, 50));
      }
      throw new Error(`sandbox ${id} is ready still`);
    },
    images: async () =>
      (await images.call<{ images: Awaited<ReturnType<CriRig['images']>> }>('ListImages', {}, signal))?.images ?? [],
    containers: async () =>
      (await ask<{ containers: { id: string; state: string }[] }>('ListContainers', {})).containers,
    pods: async () => (await ask<{ items: { id: string; state: string }[] }>('ListPodSandbox', {})).items,
    close: () => {
      runtime.close();
      images.close();
    },
  };
}
