import type { ContainerNow, ImageNow, Runtime } from '../../src/systems/runtime/contract.ts';
import type { CodedError } from '../../src/util/pure/coded-error.ts';

/** A node's images and containers in memory, which a test can change and break. */
export interface MemoryRuntime {
  readonly runtime: Runtime;
  readonly images: Map<string, ImageNow>;
  readonly containers: Map<string, ContainerNow>;
  /** Called by name before each call: what it throws is what comes back. */
  fault: (call: RuntimeCall) => void;
  /** Calls so far, in order. */
  readonly calls: readonly RuntimeCall[];
}

export type RuntimeCall = 'disks' | 'containers' | 'image' | 'removeImage' | 'pull' | 'collect';

/** `sha256:a`, named `r.example/a:1` and by its digest, for each letter. */
export function memoryRuntime(letters: string): MemoryRuntime {
  const name = 'cri:///memory.sock';
  const images = new Map([...letters].map((letter) => [imageId(letter), imageOf(letter)]));
  const containers = new Map<string, ContainerNow>();
  const calls: RuntimeCall[] = [];
  const world: MemoryRuntime = { runtime: undefined as never, images, containers, calls, fault: () => undefined };
  const called = (call: RuntimeCall) => {
    calls.push(call);
    world.fault(call);
  };
  const runtime: Runtime = {
    name,
    describe: async () => ({ product: 'memory', version: '1.0.0', exactBytes: false }),
    source: () => ({
      name: `runtime ${name}`,
      survey: async (sink) => {
        for (const { id, tags, digests } of images.values()) {
          const image = sink.resource('node-image', name, id);
          const names = [...tags, ...digests];
          sink.exists(image, { sizeBytes: 1000, attributes: { names: names.join(' ') } });
          for (const one of names) sink.refers(sink.resource('image-reference', '', one), image, 'names');
        }
        for (const one of containers.values()) {
          const container = sink.resource('container', name, one.id);
          sink.exists(container, { attributes: { state: one.state } });
          sink.holds(container, one.words);
          for (const id of one.images) sink.refers(container, sink.resource('node-image', name, id), 'uses');
        }
      },
    }),
    disks: async () => {
      called('disks');
      return [{ path: '/images', space: { capacityBytes: 100_000, availableBytes: 100_000 - 1000 * images.size } }];
    },
    whyNotRelease: async () => 'it keeps none',
    close: async () => undefined,
    containers: async () => {
      called('containers');
      return [...containers.values()];
    },
    sandboxes: async () => [],
    image: async (id) => {
      called('image');
      return images.get(id);
    },
    removeContainer: async (id) => void containers.delete(id),
    removeSandbox: async () => undefined,
    removeImage: async (id) => {
      called('removeImage');
      images.delete(id);
      return 'removed';
    },
    pull: async (reference) => {
      called('pull');
      const letter = /\/(\w)[:@]/.exec(reference)?.[1] ?? '';
      images.set(imageId(letter), imageOf(letter));
      return imageId(letter);
    },
    tag: async () => undefined,
    collect: async () => called('collect'),
  };
  return Object.assign(world, { runtime });
}

export function imageId(letter: string): string {
  return `sha256:${letter}`;
}

/** What it is pulled by: `r.example/a@sha256:…`. */
export function digestName(letter: string): string {
  return `r.example/${letter}@sha256:${letter.charCodeAt(0).toString(16).padStart(64, '0')}`;
}

function imageOf(letter: string): ImageNow {
  return { id: imageId(letter), pinned: false, tags: [`r.example/${letter}:1`], digests: [digestName(letter)] };
}

/** Lets the first calls of a name through, and fails with this from then on, whatever is called. */
export function failsAfter(call: RuntimeCall, times: number, error: CodedError): MemoryRuntime['fault'] {
  let seen = 0;
  return (one) => {
    if (one === call) seen += 1;
    if (seen > times) throw error;
  };
}
