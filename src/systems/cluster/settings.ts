import type { ImageExtractor } from './contract.ts';

interface Common {
  /** Short name; scopes of its workloads begin with it. */
  readonly name: string;
  /** Scopes that it may use images of; default: everything. */
  readonly mayHold?: readonly string[];
}

/** What opens a cluster. Paths are absolute. */
export type ClusterSettings =
  | (Common & {
      /** `openshift`: its kinds are read as well, and must be there. */
      readonly kind: 'kubernetes' | 'openshift';
      /** Absent: what kubectl would take, or the pod's own account inside of a cluster. */
      readonly kubeconfig?: string;
      readonly context?: string;
    })
  | (Common & {
      readonly kind: 'manifests';
      /** A folder of YAML or JSON, read at any depth, or one file. */
      readonly path: string;
    })
  | (Common & {
      readonly kind: 'snapshot';
      /** A path, `oci://host/repository:tag`, or `s3://bucket/key?endpoint=…&region=…`. */
      readonly from: string;
      /** A snapshot that is older is a gap, in milliseconds. */
      readonly maxAgeMs: number;
      /** The name that the cluster has to have in it: given where somebody wrote the name, and it was not made up from the place. */
      readonly of?: string;
    });

export type ClusterKind = ClusterSettings['kind'];

export type { ImageExtractor };
