import { formatResource, type Resource, type ResourceKind, repositoryIn } from '../evidence/resource.ts';
import type { Action } from '../plan/action.ts';

/** A target in its parts, so that programs need not take references apart. What is undefined is left out. */
export interface TargetDocument {
  /** `host/repo:tag` or `host/repo@sha256:…`. */
  readonly target: string;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  /** The manifest or blob itself, or the one that the tag pointed at when the plan was made. */
  readonly digest: string | undefined;
}

/** @param system - what the target is on, where its name may have slashes: a storage */
export function targetDocument(target: Resource, tagDigest?: string, system?: string): TargetDocument {
  const { kind, key } = target;
  const isTag = kind === 'tag';
  return {
    target: formatResource(target),
    repository: repositoryOf(target, system),
    tag: isTag ? key : undefined,
    digest: kind === 'manifest' || kind === 'blob' ? key : isTag ? tagDigest : undefined,
  };
}

function repositoryOf({ kind, scope, key }: Resource, system: string | undefined): string | undefined {
  if (kind === 'repository') return key;
  if (system !== undefined) return scope.startsWith(`${system}/`) ? scope.slice(system.length + 1) : undefined;
  return kind === 'tag' || kind === 'manifest' ? repositoryIn(scope) : undefined;
}

const nodeKinds: ReadonlySet<ResourceKind> = new Set(['container', 'sandbox', 'node-image', 'content']);

function isOnNode({ target }: Action): boolean {
  return nodeKinds.has(target.kind);
}

/** An action as documents show it. Written out, not spread: there may be a million. */
export function actionDocument(action: Action, system?: string): object {
  const { target, repository, tag, digest } = targetDocument(action.target, action.expects.digest, system);
  return {
    n: action.n,
    do: action.do,
    node: action.node,
    target,
    repository,
    tag,
    digest,
    names: action.names,
    id: isOnNode(action) ? action.target.key : undefined,
    repositories: action.repositories,
    reason: action.reason,
    because: action.because,
    freesBytes: action.freesBytes,
    by: action.by,
    unit: action.unit,
    after: action.after,
    expects: action.expects,
  };
}
