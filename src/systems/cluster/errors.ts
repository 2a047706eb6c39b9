import { CodedError } from '../../util/pure/coded-error.ts';

/** The codes that reading a cluster can end with, and one next step each. */
export const clusterErrors = {
  CLUSTER_SETTINGS_INVALID: { hint: 'correct the cluster entry of the settings, or its --cluster' },
  CLUSTER_UNREACHABLE: { hint: 'check the address, the network and the kubeconfig; `kubectl version` asks the same server' },
  CLUSTER_UNAUTHORIZED: { hint: 'log in again, or give a kubeconfig whose token is still good' },
  CLUSTER_FORBIDDEN: { hint: 'grant the rule that the message names' },
  CLUSTER_FAILED: { hint: 'look at the API server’s own log, and run again' },
  CLUSTER_OBJECT_MALFORMED: { hint: 'correct the file, or leave it out' },
  CLUSTER_NO_IMAGE_API: { hint: 'use `winnow prune` for a cluster that is no OpenShift' },
  SNAPSHOT_MALFORMED: { hint: 'take the snapshot again: winnow snapshot' },
  SNAPSHOT_TOO_OLD: { hint: 'see why no newer snapshot was taken there: winnow snapshot' },
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
