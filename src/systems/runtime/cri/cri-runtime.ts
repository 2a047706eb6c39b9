import type { Runtime, RuntimeDescription, RuntimeReader } from '../contract.ts';
import { diskAt } from '../disk.ts';
import { runtimeFailure } from '../errors.ts';
import { type ContainerdServices, openContainerdServices } from '../grpc/containerd-services.ts';
import { forceCollection, releaseContent } from '../grpc/containerd-writing.ts';
import { type CriClient, openCri } from './cri-client.ts';
import { containersNow, imageNow } from './cri-now.ts';
import type { CriFilesystem } from './messages.ts';
import { removeImage } from './remove-image.ts';
import { surveyCri } from './survey.ts';
import { whyNotRelease } from './why-not-release.ts';

export interface CriSettings {
  /** Absolute path of the socket. */
  readonly socket: string;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** Where kubelet's things lie in containerd. */
const NAMESPACE = 'k8s.io';

/** What both halves work with. */
interface Opened {
  readonly cri: CriClient;
  readonly containerd: ContainerdServices | undefined;
  readonly description: RuntimeDescription;
  readonly settings: CriSettings;
}

/**
 * A runtime by CRI; where the socket is containerd's, its own services are asked as well: for times of pulls, for exact bytes, and to have
 * it collect.
 *
 * @throws RUNTIME_SOCKET_MISSING, RUNTIME_FORBIDDEN, RUNTIME_UNREACHABLE, RUNTIME_UNSUPPORTED
 */
export async function openCriRuntime(settings: CriSettings, signal: AbortSignal): Promise<Runtime> {
  const { socket, timeoutMs } = settings;
  const cri = openCri(socket, timeoutMs);
  try {
    const description = await describe(cri, socket, signal);
    const containerd = description.exactBytes ? openContainerdServices(socket, NAMESPACE, timeoutMs) : undefined;
    const opened = { cri, containerd, description, settings };
    return { ...readingHalf(opened), ...writingHalf(opened) };
  } catch (error) {
    cri.close();
    throw error;
  }
}

async function describe(cri: CriClient, socket: string, signal: AbortSignal): Promise<RuntimeDescription> {
  const version = await cri.runtime.call<{ runtime_name: string; runtime_version: string }>('Version', {}, signal);
  if (version === undefined) throw runtimeFailure('RUNTIME_UNKNOWN', `asking ${socket} what it is: it does not tell`);
  const { runtime_name: product, runtime_version } = version;
  return { product, version: runtime_version.replace(/^v/, ''), exactBytes: product === 'containerd' };
}

function readingHalf({ cri, containerd, description, settings }: Opened): RuntimeReader {
  const name = `cri://${settings.socket}`;
  return {
    name,
    describe: async () => description,
    source: (options) => ({
      name: `runtime ${name}`,
      survey: (sink, signal) =>
        surveyCri({ ...options, cri, containerd, scope: name, sink, nowMs: settings.nowMs() }, signal),
    }),
    disks: async (signal) => {
      const reply = await cri.images.call<{ image_filesystems: readonly CriFilesystem[] }>('ImageFsInfo', {}, signal);
      const used = ({ used_bytes }: CriFilesystem) => (used_bytes === null ? undefined : Number(used_bytes.value));
      const all = (reply?.image_filesystems ?? []).map((one) => diskAt(one.fs_id?.mountpoint ?? '', used(one)));
      return await Promise.all(all);
    },
    whyNotRelease: (signal) => whyNotRelease(cri, containerd, signal),
    close: async () => {
      cri.close();
      containerd?.close();
    },
  };
}

function writingHalf({ cri, containerd, settings }: Opened): Omit<Runtime, keyof RuntimeReader> {
  const pull = async (reference: string, signal: AbortSignal) => {
    const reply = await cri.images.call<{ image_ref: string }>('PullImage', { image: { image: reference } }, signal);
    if (reply === undefined)
      throw runtimeFailure('RUNTIME_FAILED', `pulling ${reference}: its registry has no such image`);
    return reply.image_ref;
  };
  return {
    containers: (signal) => containersNow(cri, signal),
    sandboxes: async (signal) =>
      (await cri.listSandboxes(signal)).map(({ id, state }) => ({
        id,
        state: state === 'SANDBOX_READY' ? 'ready' : 'not-ready',
      })),
    image: (id, signal) => imageNow(cri, containerd, id, signal),
    removeContainer: async (id, signal) =>
      void (await cri.runtime.call('RemoveContainer', { container_id: id }, signal)),
    removeSandbox: async (id, signal) => {
      await cri.runtime.call('StopPodSandbox', { pod_sandbox_id: id }, signal);
      await cri.runtime.call('RemovePodSandbox', { pod_sandbox_id: id }, signal);
    },
    removeImage: (id, signal) => removeImage(cri, id, pull, signal),
    pull,
    // CRI has no verb for names.
    tag: async (reference, _id, signal) => void (await pull(reference, signal)),
    ...(containerd === undefined
      ? {}
      : {
          releaseContent: (digests: readonly string[], signal: AbortSignal) =>
            releaseContent(containerd, digests, signal),
        }),
    collect: async (signal) => {
      if (containerd !== undefined) await forceCollection(containerd, settings.nowMs(), signal);
    },
  };
}
