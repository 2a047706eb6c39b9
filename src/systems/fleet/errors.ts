import { CodedError } from '../../util/pure/coded-error.ts';

/** Every code that running Jobs on nodes can fail with. `docs/errors.md` is made from this table. */
export const fleetErrors = {
  FLEET_SETTINGS_INVALID: {
    meaning: 'The cluster whose nodes are to be cleaned is named in a way that makes no sense.',
    hint: 'check --kubeconfig and --kube-context; in a pod, leave both out',
  },
  FLEET_CLUSTER_FAILED: {
    meaning: 'The cluster’s API server could not be reached, or failed.',
    hint: 'see the message for what was asked; then run again: Jobs that are under way are found again',
  },
  FLEET_FORBIDDEN: {
    meaning: 'The account may not do with nodes, Jobs or pods what a fleet has to do.',
    hint: 'apply docs/rbac/node-gc-fleet.yaml, and run with its service account',
  },
  FLEET_PLAN_TOO_LARGE: {
    meaning:
      'The plan of a node is larger than an object of Kubernetes may be, by which its Job would get it. Nothing was begun on any node.',
    hint: 'clean that node by itself: winnow node-gc --confirm there; then plan the others',
  },
  FLEET_JOB_REFUSED: {
    meaning:
      'The cluster refused to make a Job on a node: its namespace is not there, or a quota or an admission rule forbids it.',
    hint: 'see the message for the reason; the namespace needs the Pod Security level privileged, since a folder of the host is mounted',
  },
} as const;

export type FleetErrorCode = keyof typeof fleetErrors;

export function fleetFailure(code: FleetErrorCode, message: string, cause?: unknown): CodedError<FleetErrorCode> {
  return new CodedError(code, message, { hint: fleetErrors[code].hint, ...(cause === undefined ? {} : { cause }) });
}
