import type { Source } from '../../evidence/sink.ts';
import type { Digest } from '../../oci/digest.ts';

/** A thing of the Kubernetes API as JSON gives it. Only what is read is looked at; nothing is trusted to be there. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string | null;
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Where images are named in a kind that we don't know. */
export interface ImageExtractor {
  /** `argoproj.io` (any version) or `argoproj.io/v1alpha1`; the core group is the empty string. */
  readonly group: string;
  readonly kind: string;
  /** Its name in URLs: `rollouts`. */
  readonly resource: string;
  /** JSONPaths (RFC 9535) of names of images: `$.spec.steps[*].image`. */
  readonly images?: readonly string[];
  /** JSONPaths of pod specs: `$.spec.template.spec`. */
  readonly podSpecs?: readonly string[];
  /** JSONPaths of maps like Helm's values: `{registry?, repository, tag?, digest?}` at any depth below. */
  readonly values?: readonly string[];
}

/** What a survey of uses looks at besides the kinds that it knows. */
export interface UsesOptions {
  readonly extractors: readonly ImageExtractor[];
  /** Kinds that are not looked at, of those that it knows: `ImageStream`, where a cluster's own streams are what is decided on. */
  readonly leaveOut?: readonly string[];
  /** Called now and then, for progress. */
  readonly onProgress?: (objects: number) => void;
}

/**
 * What names images somewhere: a cluster, files of objects, or a snapshot of a cluster. For each object that names any it states
 * `holds` on a `workload`, with words that its owner knows (`Pod shop/web-1, container app (Running)`), and `uses` edges to
 * `image-reference`s just as they were written; linking these with what a registry has is not its business.
 *
 * A pod that has ended is stated to exist (with its time of creation), and held by nobody.
 */
export interface Cluster {
  /** Short: `prod-eu`. Scopes of its workloads begin with it. */
  readonly name: string;
  /** As it can be written on a command line, without credentials: `kubernetes:?context=prod`. */
  readonly shown: string;
  /**
   * What could not be listed is a gap that `hides: 'holds'`, for all that this cluster may hold ({@link Cluster.mayHold}); the hint
   * names the rule to grant. It throws for a user's mistake only: no such file, no such context.
   */
  uses(options: UsesOptions): Source;
  /** Scopes that its gaps cover: `['']`, everything, unless the settings say which registries and repositories it uses. */
  readonly mayHold: readonly string[];
  /** OpenShift's image API, as far as it can be read; undefined where there is none. */
  imageApi(signal: AbortSignal): Promise<ImageApiReader | undefined>;
  /** The same with the verbs that change it; undefined where objects are only read: saved ones, snapshots. */
  writableImageApi(signal: AbortSignal): Promise<ImageApi | undefined>;
  close(): Promise<void>;
}

/** OpenShift's Images, ImageStreams and LimitRanges. */
export interface ImageApiReader {
  /** `openshift:api.example:6443`. Scopes of its resources begin with it. */
  readonly name: string;
  /**
   * States, in one streaming pass (see the table at `Resource` for scopes and keys):
   * - an Image: `image-object` (size, creation, attributes `annotation:openshift.io/image.managed`, `resource-version`), `child` edges to the
   *   image objects that an index lists, `subject`, and edges to its data: `link` to the manifest's own, `layer`, `config`;
   * - a stream: `repository` (creation; attribute `max-image-bytes`, the smallest limit of its project), and each item of each tag's
   *   history as a `stream-item` (event time), with a `names` edge to its image object.
   * What the items mean for links of the repository is stated afterwards, by `linkStreams`, whatever came first. A list that fails is a gap for
   * all of the API; an Image that can't be read is a gap about itself (attributes `opaque`, `may-name`): it and its items stay.
   */
  source(onProgress?: (objects: number) => void): Source;
  /** Where the integrated registry is, as the API tells: the host of the newest managed image's pull spec, else of a stream. */
  registryHost(signal: AbortSignal): Promise<string | undefined>;
}

/** One item of a tag's history, as an image stream's status has it. */
export interface StreamItem {
  readonly tag: string;
  readonly digest: Digest;
  /** As it stands there, to the second: together with tag and digest it tells items apart. */
  readonly created: string;
}

/** @see https://docs.openshift.com/container-platform/4.16/rest_api/image_apis/imagestream-image-openshift-io-v1.html */
export interface ImageApi extends ImageApiReader {
  /** The stream as it is now; undefined: there is none. */
  stream(namespace: string, name: string, signal: AbortSignal): Promise<KubeObject | undefined>;
  /**
   * Writes a stream's status. It must carry the `resourceVersion` that it was read with.
   * @returns `conflict` when somebody else wrote first: read again. `absent` when the stream is gone.
   */
  updateStreamStatus(stream: KubeObject, signal: AbortSignal): Promise<'updated' | 'conflict' | 'absent'>;
  image(digest: Digest, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** @param resourceVersion - nothing goes that has changed since. */
  deleteImage(
    digest: Digest,
    resourceVersion: string | undefined,
    signal: AbortSignal,
  ): Promise<'deleted' | 'absent' | 'conflict'>;
  /** Makes an Image again, for `undo`. Metadata that the server sets is left out by the callee. */
  createImage(image: KubeObject, signal: AbortSignal): Promise<'created' | 'exists'>;
}

/**
 * Reads what lies where a snapshot should be: a file, a tag in a registry, an object in a bucket. It is handed in: a cluster knows none of
 * them.
 *
 * @param from - as the settings have it
 * @returns its bytes, unpacked; `undefined`: confirmed that nothing lies there
 * @throws CodedError: …_INVALID where the address makes no sense; any other where it can't be read, also while the bytes are coming
 */
export type ReadSnapshot = (from: string, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array> | undefined>;
