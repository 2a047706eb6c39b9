import type { LeaseKeeper } from './contract.ts';
import { fileLeases } from './file/file-leases.ts';
import { memoryLeases } from './memory/memory-leases.ts';
import type { PostgresLeaseOptions } from './postgres/postgres-leases.ts';

/** The keepers of leases there are, each with the function that opens it. */
export const leaseKeepers = {
  /** Below a state directory: one machine, or several that share the directory. */
  file: fileLeases,
  /** Within this process. */
  memory: memoryLeases,
  /** As locks of a database: several machines. Its driver is loaded when it is asked for. */
  postgres: async (options: PostgresLeaseOptions): Promise<LeaseKeeper> =>
    (await import('./postgres/postgres-leases.ts')).postgresLeases(options),
} as const;
