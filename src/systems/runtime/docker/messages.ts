/** The Engine API's documents, as far as they are read. @see https://docs.docker.com/reference/api/engine/version/v1.41/ */
export interface EngineVersion {
  readonly Version?: unknown;
  /** `1.44`: the oldest version of the API that it serves. */
  readonly MinAPIVersion?: unknown;
}

export interface EngineInfo {
  readonly DockerRootDir: string;
}

export interface EngineContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly ImageID: string;
  readonly State: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export interface EngineContainerDetails {
  readonly State: { readonly FinishedAt: string };
}

export interface EngineImage {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  readonly Size: number;
}

export interface EngineImageDetails {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  /** When it was built. */
  readonly Created: string;
  readonly Size: number;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null } | null;
  readonly RootFS: { readonly Layers?: readonly string[] };
  readonly Metadata?: { readonly LastTagTime?: string };
}

export interface EngineHistory {
  readonly Size: number;
}

/** The names that were given. Where containerd has Docker's images (by default since 29), names by digest stand among them. */
export function tagsOf({ RepoTags }: Pick<EngineImageDetails, 'RepoTags'>): readonly string[] {
  return realNames(RepoTags).filter((name) => !name.includes('@'));
}

/** Docker lists `<none>:<none>` for what has no name. */
export function realNames(names: readonly string[] | null): readonly string[] {
  return (names ?? []).filter((name) => !name.includes('<none>'));
}

const stopped: ReadonlySet<string> = new Set(['exited', 'dead']);

export function stateOf({ State }: Pick<EngineContainer, 'State'>): 'created' | 'running' | 'exited' | 'unknown' {
  if (stopped.has(State)) return 'exited';
  if (State === 'created' || State === 'running') return State;
  return 'unknown'; // paused, restarting, removing
}

export function nameOf({ Names, Id }: Pick<EngineContainer, 'Names' | 'Id'>): string {
  return (Names[0] ?? Id.slice(0, 12)).replace(/^\//, '');
}
