import type { LeaseKeeper } from './contract.ts';
import { fileLeases } from './file/file-leases.ts';
import type { KubernetesLeaseOptions } from './kubernetes/kubernetes-leases.ts';
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
  /** As Leases of a cluster: several pods. */
  kubernetes: async (options: KubernetesLeaseOptions): Promise<LeaseKeeper> =>
    (await import('./kubernetes/kubernetes-leases.ts')).kubernetesLeases(options),
} as const;

/** Where leases are kept, by kind; as settings have it. */
export type LeaseChoice =
  | { readonly kind: 'file'; readonly ttlMs: number }
  | ({ readonly kind: 'postgres'; readonly ttlMs: number } & PostgresLeaseOptions)
  | ({ readonly kind: 'kubernetes'; readonly ttlMs: number } & Omit<KubernetesLeaseOptions, 'nowMs'>);

/** Opens the leases that settings name. @param stateDir - where those in files lie. @throws LEASE_UNAVAILABLE */
export async function openLeases(choice: LeaseChoice, stateDir: string): Promise<LeaseKeeper> {
  switch (choice.kind) {
    case 'file':
      return leaseKeepers.file(stateDir, { ttlMs: choice.ttlMs });
    case 'postgres':
      return await leaseKeepers.postgres(choice);
    case 'kubernetes':
      return await leaseKeepers.kubernetes(choice);
  }
}
