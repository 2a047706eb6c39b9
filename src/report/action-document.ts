import { formatResource, type Resource, repositoryIn } from '../evidence/resource.ts';
import type { Action } from '../plan/action.ts';

/** A target in its parts, so that programs need not take references apart. What is undefined is left out. */
export interface TargetDocument {
  /** `host/repo:tag` or `host/repo@sha256:…`. */
  readonly target: string;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  /** The manifest itself, or the one that the tag pointed at when the plan was made. */
  readonly digest: string | undefined;
}

export function targetDocument(target: Resource, tagDigest?: string): TargetDocument {
  const isTag = target.kind === 'tag';
  const isManifest = target.kind === 'manifest';
  return {
    target: formatResource(target),
    repository: isTag || isManifest ? repositoryIn(target.scope) : undefined,
    tag: isTag ? target.key : undefined,
    digest: isManifest ? target.key : isTag ? tagDigest : undefined,
  };
}

/** An action as documents show it. Written out, not spread: there may be a million. */
export function actionDocument(action: Action): object {
  const { target, repository, tag, digest } = targetDocument(action.target, action.expects.digest);
  return {
    n: action.n,
    do: action.do,
    target,
    repository,
    tag,
    digest,
    reason: action.reason,
    because: action.because,
    freesBytes: action.freesBytes,
    by: action.by,
    unit: action.unit,
    after: action.after,
    expects: action.expects,
  };
}
