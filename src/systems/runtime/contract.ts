import type { Source } from '../../evidence/sink.ts';

/** What answers behind a runtime's socket. */
export interface RuntimeDescription {
  /** `containerd`, `cri-o`, `docker`. */
  readonly product: string;
  readonly version: string;
  /** Whether content, snapshots and leases can be seen: then the bytes that a removal frees are known exactly. */
  readonly exactBytes: boolean;
}

/** A file system on which images lie. */
export interface ImageDisk {
  readonly path: string;
  /** By statfs, where the path is visible from here. */
  readonly space?: { readonly capacityBytes: number; readonly availableBytes: number };
  /** Why it can't be measured from here. */
  readonly unseen?: string;
  /** What the runtime says that its images take: sampled every few seconds, and of unpacked files only. */
  readonly usedBytes?: number;
}

export interface RuntimeSurveyOptions {
  /** Ask for each image when it was built, and its labels: one request more an image. */
  readonly readConfigs: boolean;
}

/**
 * The reading half of a container runtime on a node.
 *
 * Its source states, all in the scope {@link name}:
 *
 * | kind | key | known of it | edges |
 * |---|---|---|---|
 * | `container` | id | creation, end (`lastUsedAtMs`); attributes `state`, `name`, `attempt`, `pod-uid`, `pod` | `uses` its sandbox, its image, the images of its volumes |
 * | `sandbox` | id | creation; attributes `state`, `attempt`, `pod-uid`, `pod` | `uses` its image |
 * | `node-image` | id | last pull (`pushedAtMs`), build (`createdAtMs`), size; attributes `names`, `label:KEY`, `labels-unread` where they were asked for and could not be read | `link` to content |
 * | `image-reference` | a name of it, in full | | `names` the image |
 * | `content`, `snapshot` | digest; `snapshotter/key` | size | `link` to what it refers to |
 * | `lease` | id | creation | `link` to what it holds |
 *
 * It `holds` what runs, or may start: containers that have not ended, sandboxes that are ready, images that are pinned or that sandboxes are
 * made from, leases of which nobody knows that they are over.
 */
export interface RuntimeReader {
  /** `cri:///run/containerd/containerd.sock`. */
  readonly name: string;
  describe(signal: AbortSignal): Promise<RuntimeDescription>;
  source(options: RuntimeSurveyOptions): Source;
  disks(signal: AbortSignal): Promise<readonly ImageDisk[]>;
  /** Why letting go of packed layers would do harm here, or is not possible; undefined where it is safe. */
  whyNotRelease(signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

/** A container as it is now. */
export interface ContainerNow {
  readonly id: string;
  readonly state: ContainerState;
  readonly sandbox: string;
  /** The ids of all images that it uses: its own, and those of its volumes. */
  readonly images: readonly string[];
  /** `shop/web-1 app`, for messages. */
  readonly words: string;
}

export interface SandboxNow {
  readonly id: string;
  readonly state: 'ready' | 'not-ready';
}

export interface ImageNow {
  readonly id: string;
  readonly pinned: boolean;
  /** By which it can be pulled again: `registry.example/app@sha256:…`. */
  readonly digests: readonly string[];
  readonly tags: readonly string[];
  /** Last pull, UTC milliseconds, where the runtime tells. */
  readonly pulledAtMs?: number;
}

/** The writing half: given to `apply` and `undo` alone. Removing what is gone is no error anywhere. */
export interface Runtime extends RuntimeReader {
  /** All containers, listed anew. */
  containers(signal: AbortSignal): Promise<readonly ContainerNow[]>;
  sandboxes(signal: AbortSignal): Promise<readonly SandboxNow[]>;
  image(id: string, signal: AbortSignal): Promise<ImageNow | undefined>;
  /** It does not ask whether the container runs: look first. Its log stays: that is the kubelet's. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Stops what is left of the sandbox, and removes it. */
  removeSandbox(id: string, signal: AbortSignal): Promise<void>;
  /**
   * By id, with all its names. Most runtimes do not ask whether anybody uses the image: look first. `in-use`: this one does, and refused;
   * the image has its names still.
   */
  removeImage(id: string, signal: AbortSignal): Promise<'removed' | 'in-use'>;
  /**
   * @param called - the id that the image had: where names are ids, it is the name that it gets
   * @returns the id of the image
   */
  pull(reference: string, signal: AbortSignal, called?: string): Promise<string>;
  /** Gives a name back to an image that is there. Where the runtime has no verb for it: pulls it by that name. */
  tag(reference: string, id: string, signal: AbortSignal): Promise<void>;
  /** Lets go of the packed layers of images, whose unpacked files stay. Undefined where the runtime has no such thing. */
  readonly releaseContent?: (digests: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Has the runtime collect what nothing refers to, and waits for it. */
  collect(signal: AbortSignal): Promise<void>;
}
