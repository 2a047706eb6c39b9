import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import type { Lease, LeaseKeeper } from '../contract.ts';
import { type Heartbeat, startHeartbeat } from '../heartbeat.ts';
import { DEFAULT_TTL_MS, type Holder, leaseHeld, leaseLost, leaseUnavailable } from '../refusals.ts';

export interface PostgresLeaseOptions {
  /** `postgres://user:password@host/database`. The connection goes to the server itself or through a pooler in session mode. */
  readonly url: string;
  /** How long the connection may be silent before the lease counts as lost here, and is freed there. Default: a minute. */
  readonly ttlMs?: number;
}

type Connection = postgres.Sql<Record<never, never>>;
