import { formatResource, type Resource } from '../evidence/resource.ts';
import type { Action } from '../plan/action.ts';
import { repositoryIn } from '../policy/view.ts';

/** A target in its parts, so that programs need not take references apart. */
export interface TargetDocument {
  /** `host/repo:tag` or `host/repo@sha256:…`. */
  readonly target: string;
  readonly repository?: string;
  readonly tag?: string;
  /** The manifest itself, or the one that the tag pointed at when the plan was made. */
  readonly digest?: string;
}

export function targetDocument(target: Resource, tagDigest?: string): TargetDocument {
  const named = { target: formatResource(target) };
  if (target.kind !== 'tag' && target.kind !== 'manifest') return named;
  const repository = repositoryIn(target.scope);
  if (target.kind === 'manifest') return { ...named, repository, digest: target.key };
  return { ...named, repository, tag: target.key, ...(tagDigest === undefined ? {} : { digest: tagDigest }) };
}

/** An action as documents show it. */
export function actionDocument(action: Action): object {
  const { n, target, reason, because, freesBytes, by, unit, after, expects } = action;
  return {
    n,
    do: action.do,
    ...targetDocument(target, expects.digest),
    reason,
    because,
    freesBytes,
    by,
    unit,
    after,
    expects,
  };
}
