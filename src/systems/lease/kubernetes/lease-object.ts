import { createHash } from 'node:crypto';
import type { Json } from '../../../util/kubernetes/kube-api.ts';
import type { Holder } from '../refusals.ts';

/*
 * A lease of ours, as a Lease of the cluster (coordination.k8s.io/v1):
 *
 *   metadata: {name: winnow-registry-registry.example-5000-3f1c…e2, resourceVersion: '4711',
 *              labels: {app.kubernetes.io/managed-by: winnow},
 *              annotations: {winnow.dev/scope: 'registry registry.example:5000', winnow.dev/holder: 'run … on … (process 7)'}}
 *   spec: {holderIdentity: '…', leaseDurationSeconds: 60, acquireTime, renewTime, leaseTransitions: 3}
 *
 * Without a holderIdentity nobody holds it. It is never deleted, so that no right to delete is needed.
 */

const HOLDER = 'winnow.dev/holder';
const SCOPE = 'winnow.dev/scope';
const READABLE_LENGTH = 30;

/** Which object it is, and in which state: a change that names both changes that one, or nothing. */
export interface LeaseVersion {
  /** Another one after it was deleted and made again. */
  readonly uid: string;
  readonly version: string;
}

/** What the cluster has of a lease now. */
export interface LeaseSeen extends LeaseVersion {
  /** Tells holders apart; undefined: nobody. */
  readonly identity: string | undefined;
  readonly by: Holder;
  /** How long its holder may be silent. */
  readonly durationMs: number;
  /** By the holder's clock; undefined where it does not say. */
  readonly renewedAtMs: number | undefined;
  readonly transitions: number;
}

/** What is to stand there. */
export interface LeaseClaim {
  readonly scope: string;
  readonly holder: string;
  readonly identity: string;
  readonly ttlMs: number;
  readonly acquiredAtMs: number;
  readonly transitions: number;
}

/** A name of the DNS, readable, and different for different scopes. */
export function leaseObjectName(scope: string): string {
  const readable = scope
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, READABLE_LENGTH)
    .replace(/^-+|-+$/g, '');
  const hash = createHash('sha256').update(scope).digest('hex').slice(0, 20);
  return readable === '' ? `winnow-${hash}` : `winnow-${readable}-${hash}`;
}

/**
 * @param before - what it takes the place of; absent: it is new. Its uid matters: without it the API server makes a Lease anew that was
 *   deleted meanwhile, since Leases may be created by an update, and whoever lost it so would never know.
 */
export function leaseObject(
  name: string,
  claim: LeaseClaim,
  state: 'held' | 'free',
  nowMs: number,
  before?: LeaseVersion,
): Json {
  const { scope, holder, identity, ttlMs, acquiredAtMs, transitions } = claim;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      labels: { 'app.kubernetes.io/managed-by': 'winnow' },
      annotations: { [SCOPE]: scope, [HOLDER]: holder },
      ...(before === undefined ? {} : { uid: before.uid, resourceVersion: before.version }),
    },
    spec: {
      ...(state === 'held' ? { holderIdentity: identity } : {}),
      leaseDurationSeconds: Math.max(1, Math.ceil(ttlMs / 1000)),
      acquireTime: microTime(acquiredAtMs),
      renewTime: microTime(nowMs),
      leaseTransitions: transitions,
    },
  };
}

export function seenIn(object: Json): LeaseSeen {
  const { metadata = {}, spec = {} } = object as {
    readonly metadata?: {
      readonly uid?: string;
      readonly resourceVersion?: string;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec?: {
      readonly holderIdentity?: string;
      readonly leaseDurationSeconds?: number;
      readonly acquireTime?: string;
      readonly renewTime?: string;
      readonly leaseTransitions?: number;
    };
  };
  const identity = spec.holderIdentity === '' ? undefined : spec.holderIdentity;
  return {
    uid: metadata.uid ?? '',
    version: metadata.resourceVersion ?? '',
    identity,
    by: { holder: metadata.annotations?.[HOLDER] ?? identity ?? 'nobody', sinceMs: timeIn(spec.acquireTime) },
    durationMs: (spec.leaseDurationSeconds ?? 60) * 1000,
    renewedAtMs: timeIn(spec.renewTime),
    transitions: spec.leaseTransitions ?? 0,
  };
}

function timeIn(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** As the API writes them: with six digits behind the point. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
