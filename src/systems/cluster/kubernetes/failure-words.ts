import type { KubeError } from '../../../util/kubernetes/kube-error.ts';
import { type ClusterErrorCode, clusterErrors, clusterFailure } from '../errors.ts';

/** What was to be done, in the words that a rule of a role has for it. */
export interface Deed {
  readonly group: string;
  readonly resource: string;
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'delete';
}

/** One next step. Of what is forbidden, the rule that is missing. */
export function hintFor(error: KubeError, deed: Deed): string {
  const code = codeOf(error);
  return code === 'CLUSTER_FORBIDDEN'
    ? `grant ${ruleFor(deed)} to the user whom the message names`
    : clusterErrors[code].hint;
}

/** As it stands in a role: `{apiGroups: ["apps"], resources: ["replicasets"], verbs: ["list"]}`. */
export function ruleFor({ group, resource, verb }: Deed): string {
  return `{apiGroups: [${JSON.stringify(group)}], resources: [${JSON.stringify(resource)}], verbs: [${JSON.stringify(verb)}]}`;
}

/** The same as an error of this room. @param doing - `deleting image sha256:…` */
export function codedFailure(error: KubeError, doing: string, deed: Deed) {
  return clusterFailure(codeOf(error), `${doing}: ${error.message}`, { hint: hintFor(error, deed), cause: error });
}

export function codeOf({ failure, status }: KubeError): ClusterErrorCode {
  if (failure === 'settings') return 'CLUSTER_SETTINGS_INVALID';
  if (failure === 'login' || status === 401) return 'CLUSTER_UNAUTHORIZED';
  if (failure === 'unreachable') return 'CLUSTER_UNREACHABLE';
  return status === 403 ? 'CLUSTER_FORBIDDEN' : 'CLUSTER_FAILED';
}
