/**
 * Switches the read-only mode of a registry on and off. A registry reads it at its start, so this restarts every server of it, which also
 * empties the caches in their memory.
 */
export interface ReadOnlySwitch {
  readonly kind: 'manual' | 'kubernetes-deployment' | 'openshift-config';
  /** For messages: `deployment registry/docker-registry`. */
  readonly name: string;
  /** What {@link switchBack} will need, as JSON: it is written down before anything is changed. */
  remember(signal: AbortSignal): Promise<unknown>;
  /**
   * Switches read-only mode on, and waits until no server is left that was started before.
   * @throws READ_ONLY_CLUSTER_FAILED, READ_ONLY_ROLL_OUT_FAILED
   */
  switchOn(remembered: unknown, signal: AbortSignal): Promise<void>;
  /**
   * Puts it back to how it was, and waits for the servers. Doing it twice is harmless.
   * @throws READ_ONLY_CLUSTER_FAILED, READ_ONLY_ROLL_OUT_FAILED
   */
  switchBack(remembered: unknown, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Restarts every server of a registry, which empties the caches in their memory. */
export interface RegistryRestart {
  /** For messages: `deployment registry/docker-registry`. */
  readonly name: string;
  /**
   * Resolves when no server is left that was started before.
   * @throws READ_ONLY_CLUSTER_FAILED, READ_ONLY_ROLL_OUT_FAILED
   */
  restart(nowMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Where it is written down that a registry was switched, so that it is put back even by somebody else, later. */
export interface SwitchNote {
  /** For messages. */
  readonly place: string;
  /** @returns undefined: nothing is switched. @throws READ_ONLY_NOTE_FAILED */
  read(): Promise<NotedSwitch | undefined>;
  /** Safe on disk when it resolves. @throws READ_ONLY_NOTE_FAILED */
  write(noted: NotedSwitch): Promise<void>;
  /** @throws READ_ONLY_NOTE_FAILED */
  clear(): Promise<void>;
}

export interface NotedSwitch {
  /** Name of the switch. */
  readonly name: string;
  readonly remembered: unknown;
}
