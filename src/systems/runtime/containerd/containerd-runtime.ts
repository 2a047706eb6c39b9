import type { Runtime, RuntimeReader } from '../contract.ts';
import { diskAt } from '../disk.ts';
import { runtimeFailure } from '../errors.ts';
import { containerRecords, imageRecords } from '../grpc/containerd-listing.ts';
import { pullInto } from '../grpc/containerd-pull.ts';
import { type ContainerdServices, msOf, openContainerdServices } from '../grpc/containerd-services.ts';
import { forceCollection } from '../grpc/containerd-writing.ts';
import { imagesHeldByLeases } from './held-by-leases.ts';
import { pullableNames, recordsOfImage } from './records-of-image.ts';
import { removeRecord } from './remove-record.ts';
import { PINNED, surveyContainerd } from './survey.ts';

export interface ContainerdSettings {
  /** Absolute path of the socket. */
  readonly socket: string;
  /** `default` is that of `ctr` and nerdctl, `moby` Docker's. */
  readonly namespace: string;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/**
 * One namespace of containerd by its own services, without CRI: images by the names of their records. Containers are seen and never removed,
 * since whether they run is not asked. It can pull since 1.7.
 *
 * @throws RUNTIME_SOCKET_MISSING, RUNTIME_FORBIDDEN, RUNTIME_UNREACHABLE, RUNTIME_UNSUPPORTED
 */
export async function openContainerdRuntime(settings: ContainerdSettings, signal: AbortSignal): Promise<Runtime> {
  const { socket, namespace, timeoutMs } = settings;
  const services = openContainerdServices(socket, namespace, timeoutMs);
  try {
    const reply = await services.channel.version.call<{ version: string }>('Version', {}, signal);
    if (reply === undefined) throw runtimeFailure('RUNTIME_UNKNOWN', `asking ${socket} what it is: it does not tell`);
    const version = reply.version.replace(/^v/, '');
    return { ...readingHalf(services, settings, version), ...writingHalf(services, settings) };
  } catch (error) {
    services.close();
    throw error;
  }
}

function readingHalf(
  services: ContainerdServices,
  { socket, namespace, nowMs }: ContainerdSettings,
  version: string,
): RuntimeReader {
  const name = `containerd://${socket}?namespace=${namespace}`;
  return {
    name,
    describe: async () => ({ product: 'containerd', version, exactBytes: true }),
    source: (options) => ({
      name: `runtime ${name}`,
      survey: (sink, signal) => surveyContainerd({ ...options, services, scope: name, sink, nowMs: nowMs() }, signal),
    }),
    disks: async (signal) => {
      const filters = ['type==io.containerd.content.v1'];
      const reply = await services.channel.introspection.call<{
        plugins: readonly { exports: Readonly<Record<string, string>> }[];
      }>('Plugins', { filters }, signal);
      const roots = (reply?.plugins ?? []).flatMap(({ exports }) => exports['root'] ?? []);
      return await Promise.all(roots.map((root) => diskAt(root)));
    },
    whyNotRelease: async () => 'packed layers are let go of by way of cri:// alone',
    close: async () => services.close(),
  };
}

function writingHalf(
  services: ContainerdServices,
  { socket, nowMs }: ContainerdSettings,
): Omit<Runtime, keyof RuntimeReader> {
  const unsupported = async (doing: string): Promise<never> => {
    throw runtimeFailure('RUNTIME_UNSUPPORTED', `${doing} at containerd://${socket}: its own services can not do that`);
  };
  return {
    containers: async (signal) => {
      const records = await imageRecords(services, signal);
      const volumes = await imagesHeldByLeases(services, records, signal);
      return (await containerRecords(services, signal)).map(({ id, image }) => ({
        ...{ id, state: 'unknown', sandbox: '', words: id },
        images: [...recordsOfImage(records, image), ...(volumes.get(id) ?? [])].map(({ name }) => name),
      }));
    },
    sandboxes: async () => [],
    image: async (id, signal) => {
      const records = await imageRecords(services, signal);
      const record = records.find(({ name }) => name === id);
      if (record === undefined) return undefined;
      const pulledAtMs = msOf(record.updated_at);
      return {
        ...{ id, pinned: record.labels[PINNED] === 'pinned', tags: [id], digests: pullableNames(records, id) },
        ...(pulledAtMs === undefined ? {} : { pulledAtMs }),
      };
    },
    removeContainer: (id) => unsupported(`removing container ${id}`),
    removeSandbox: (id) => unsupported(`removing sandbox ${id}`),
    removeImage: (id, signal) => removeRecord(services, id, nowMs(), signal),
    pull: async (reference, signal, called = reference) => {
      await pullInto(services, reference, called, signal);
      return called;
    },
    // A name is an image by itself here.
    tag: async (reference, id) => (reference === id ? undefined : await unsupported(`tagging ${id} as ${reference}`)),
    collect: (signal) => forceCollection(services, nowMs(), signal),
  };
}
