/** CRI's messages, as far as they are read: see `grpc/cri-proto.ts`. 64-bit numbers are decimal text, in nanoseconds where they are times. */
export interface CriContainer {
  readonly id: string;
  readonly pod_sandbox_id: string;
  readonly metadata: { readonly name: string; readonly attempt: number } | null;
  readonly image: { readonly image: string } | null;
  readonly image_ref: string;
  readonly image_id: string;
  readonly state: 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
  readonly created_at: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface CriContainerStatus {
  readonly status: {
    readonly state: CriContainer['state'];
    readonly finished_at: string;
    readonly mounts: readonly { readonly image: { readonly image: string; readonly image_ref?: string } | null }[];
  } | null;
}

export interface CriSandbox {
  readonly id: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace: string;
    readonly attempt: number;
  } | null;
  readonly state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
  readonly created_at: string;
}

/** `info.info` is JSON text. */
export interface CriVerbose {
  readonly info: Readonly<Record<string, string>>;
}

export interface CriImage {
  readonly id: string;
  readonly repo_tags: readonly string[];
  readonly repo_digests: readonly string[];
  readonly size: string;
  readonly pinned: boolean;
}

export interface CriImageStatus extends CriVerbose {
  readonly image: CriImage | null;
}

export interface CriFilesystem {
  readonly fs_id: { readonly mountpoint: string } | null;
  readonly used_bytes: { readonly value: string } | null;
}

/** What the images of a container's volumes are called by it (containerd 2.1 and newer, CRI-O). */
export function volumeImages(reply: CriContainerStatus | undefined): readonly string[] {
  const images = (reply?.status?.mounts ?? []).map(({ image }) => image);
  return images.flatMap((image) => [image?.image_ref ?? '', image?.image ?? '']).filter((name) => name !== '');
}

/** Nanoseconds since 1970 as decimal text → milliseconds; zero is "not known". */
export function timeOf(nanoseconds: string): number | undefined {
  const ms = Math.floor(Number(nanoseconds) / 1e6);
  return ms > 0 ? ms : undefined;
}

/** What a runtime tells verbosely is JSON text under a name; undefined where it is not there, or no JSON. */
export function verbose(reply: CriVerbose, name: string): Readonly<Record<string, unknown>> | undefined {
  const text = reply.info[name];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
