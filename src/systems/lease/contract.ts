/** The right to change one scope, held by one run at a time. It renews itself until released. */
export interface Lease {
  readonly scope: string;
  /** Aborted when the lease was lost (it could not be renewed in time, or somebody broke it): nothing more may be done. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseKeeper {
  /**
   * @param scope - what is locked, e.g. `registry registry.example:5000`.
   * @param holder - who asks: run id, host and process id, shown to whoever comes second.
   * @throws LEASE_HELD naming the holder and since when; a lease whose holder is surely dead is taken over.
   */
  acquire(scope: string, holder: string, signal: AbortSignal): Promise<Lease>;
  close(): Promise<void>;
}
