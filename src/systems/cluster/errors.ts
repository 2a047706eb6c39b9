import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that reading a cluster can fail with. `docs/errors.md` is made from this table. */
export const clusterErrors = {
  CLUSTER_SETTINGS_INVALID: {
    meaning: 'The entry of a cluster makes no sense, or what it names is not there: a folder, a kubeconfig, a context.',
    hint: 'Correct the cluster’s entry in the settings, or its --cluster.',
  },
  CLUSTER_UNREACHABLE: {
    meaning: 'The API server of a cluster does not answer.',
    hint: 'Check the address, the network and the kubeconfig; `kubectl version` asks the same server.',
  },
  CLUSTER_UNAUTHORIZED: {
    meaning:
      'The API server does not know who asks: the token or the certificate is none of its own, or no longer good.',
    hint: 'Log in again, or give a kubeconfig whose token is still good.',
  },
  CLUSTER_FORBIDDEN: {
    meaning: 'The API server knows who asks, and does not allow it.',
    hint: 'Grant the rule that the message names.',
  },
  CLUSTER_FAILED: {
    meaning: 'The API server answered with an error, or with something that is no answer.',
    hint: 'Look at the API server’s own log, and run again.',
  },
  CLUSTER_OBJECT_MALFORMED: {
    meaning: 'A file of objects can not be read from the line on that the message names. What it may use stays.',
    hint: 'Correct the file, or name it in .winnowignore if it holds no objects of a cluster.',
  },
  CLUSTER_NO_IMAGE_API: {
    meaning: 'The cluster has no image streams: it is no OpenShift, or the files hold no objects of its image API.',
    hint: 'Use `winnow prune` for a cluster that is no OpenShift.',
  },
  CLUSTER_NO_IMAGE_PRUNER: {
    meaning:
      'The cluster has no ImagePruner: it is no OpenShift, or somebody has removed it, or only saved objects are read.',
    hint: 'Name a file with one (--image-pruner FILE), or leave --image-pruner out: then flags and settings count.',
  },
} as const;

export type ClusterErrorCode = keyof typeof clusterErrors;

/** @param message - what was being done, to what, and what came back. */
export function clusterFailure(
  code: ClusterErrorCode,
  message: string,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): CodedError<ClusterErrorCode> {
  return new CodedError(code, message, { hint: more.hint ?? clusterErrors[code].hint, cause: more.cause });
}
