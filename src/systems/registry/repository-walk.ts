import type { Gap } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { Sink } from '../../evidence/sink.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Limit } from '../../util/limit.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { RegistryReader } from './contract.ts';
import type { ConfigFacts } from './image-config.ts';
import type { CreatedTimes } from './image-created.ts';
import type { TaskGroup } from './task-group.ts';

/** What the survey of a registry shares among its repositories. */
export interface RegistrySurvey {
  readonly reader: RegistryReader;
  readonly sink: Sink;
  /** Its name, for gaps. */
  readonly source: string;
  readonly referrersApi: boolean;
  readonly concurrency: number;
  /** Requests under way, of all repositories together. */
  readonly limit: Limit;
  readonly pushTimes: boolean;
  readonly readCreated: (repository: string) => boolean;
  readonly alsoLookAt: (repository: string) => readonly Digest[] | Promise<readonly Digest[]>;
  /** Names of attributes to state: `label:KEY`, `annotation:KEY`, `platform`. */
  readonly attributes: readonly string[];
  /** Image configs read before: repositories share base images' configs seldom, but copies of images often. */
  readonly configs: Map<Digest, ConfigFacts>;
  readonly done: (what: 'repositories' | 'tags' | 'manifests') => void;
}

/** The walk through one repository. */
export interface RepositoryWalk {
  readonly survey: RegistrySurvey;
  readonly repository: string;
  readonly scope: string;
  readonly group: TaskGroup;
  /** Manifests that are being fetched by digest, or were. */
  readonly asked: Set<Digest>;
  /** Manifests whose facts were stated. */
  readonly noted: Set<Digest>;
  readonly unreadable: Set<Digest>;
  /** Tags that were listed, and then not found. */
  readonly vanished: string[];
  /** When each digest was pushed last, under any tag. */
  readonly pushed: Map<Digest, number>;
  /** Only where creation times are asked for. */
  readonly created: CreatedTimes | undefined;
  readonly targets: Map<ResourceId, Digest>;
}

/** Makes a request when its turn comes. */
export function request<T>(walk: RepositoryWalk, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal } = walk.group;
  return walk.survey.limit.run(() => send(signal), signal);
}

export function tagId(walk: RepositoryWalk, tag: string): ResourceId {
  return walk.survey.sink.resource('tag', walk.scope, tag);
}

export function manifestId(walk: RepositoryWalk, digest: Digest): ResourceId {
  return walk.survey.sink.resource('manifest', walk.scope, digest);
}

/** States that something of the repository could not be seen. */
export function stateGap(walk: RepositoryWalk, hides: Gap['hides'], cause: string, hint?: string): void {
  const { sink, source } = walk.survey;
  sink.gap({ scope: walk.scope, hides, source, cause, ...(hint === undefined ? {} : { hint }) });
}

/** What came back from a registry that can't be read. Anything else that was thrown, an abort too, is thrown on. */
export function failureOf(thrown: unknown, signal: AbortSignal): CodedError {
  if (signal.aborted || !(thrown instanceof CodedError)) throw thrown;
  return thrown;
}
