import type { Sink, Source } from '../../evidence/sink.ts';
import type { Digest } from '../../oci/digest.ts';
import { createLimit } from '../../util/limit.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { RegistryReader } from './contract.ts';
import type { RegistrySurvey } from './repository-walk.ts';
import { surveyRepository } from './survey-repository.ts';
import { createTaskGroup } from './task-group.ts';

export interface SurveyProgress {
  readonly repositories: number;
  readonly tags: number;
  readonly manifests: number;
}

export interface SurveyOptions {
  /** Which repositories: these, or those of the registry's list that fit. Default: all. What lies in others is neither stated nor missed. */
  readonly repositories?: readonly string[] | ((repository: string) => boolean);
  /** Where to read the configs of images, for the time that they were made: a request more for each of them. Default: nowhere. */
  readonly readCreated?: (repository: string) => boolean;
  /** Names of attributes to state of manifests: `label:KEY` and `platform` cost a request for each image's config. Default: none. */
  readonly attributes?: readonly string[];
  /** Manifests to look for by digest, which no tag and no other manifest may name: what an earlier run has left behind. */
  readonly alsoLookAt?: (repository: string) => readonly Digest[] | Promise<readonly Digest[]>;
  /** Ask when each tag was pushed, where the registry tells. */
  readonly pushTimes?: boolean;
  /** Requests at a time. Default 8: four saturate Distribution. */
  readonly concurrency?: number;
  /** Called after each tag, manifest and repository: throttling is the caller's business. */
  readonly onProgress?: (done: SurveyProgress) => void;
}

/**
 * All that a registry's API shows: repositories, tags, manifests of any depth, referrers, and the blobs that they name.
 * Manifests without a tag are seen only where something names them.
 *
 * A tag is read by GET, which tells its digest and brings the manifest: one request a tag, one more for each manifest that
 * only others name. What lies in memory is the names of one repository's manifests, for those repositories that are under way.
 *
 * What could not be read is a gap, and a hold on what cannot be put back.
 */
export function registrySource(reader: RegistryReader, options: SurveyOptions = {}): Source {
  return {
    name: `registry ${reader.host}`,
    survey: async (sink, signal) => {
      const { referrersApi } = await reader.capabilities(signal);
      const concurrency = options.concurrency ?? 8;
      const group = createTaskGroup(signal);
      const survey: RegistrySurvey = {
        reader,
        sink,
        referrersApi,
        concurrency,
        limit: createLimit(concurrency),
        source: `registry ${reader.host}`,
        pushTimes: options.pushTimes ?? false,
        readCreated: options.readCreated ?? (() => false),
        alsoLookAt: options.alsoLookAt ?? (() => []),
        attributes: options.attributes ?? [],
        configs: new Map(),
        done: countProgress(options.onProgress),
      };
      try {
        for await (const repository of repositoriesOf(survey, options, group.signal)) {
          await group.room(concurrency);
          group.start(() => surveyRepository(survey, repository, group.signal));
        }
      } catch (thrown) {
        group.start(() => Promise.reject(thrown)); // ends the others, too
      }
      await group.done();
    },
  };
}

/** The repositories to look at. A list that breaks off is a gap in all of the registry; one that never began says nothing at all. */
async function* repositoriesOf(
  survey: RegistrySurvey,
  options: SurveyOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { reader, sink } = survey;
  const { repositories: wanted = () => true } = options;
  if (typeof wanted !== 'function') {
    yield* wanted;
    return;
  }
  let listed = 0;
  try {
    for await (const repository of reader.repositories(signal)) {
      listed += 1;
      if (!wanted(repository)) continue;
      stateRepository(sink, reader.host, repository);
      yield repository;
    }
  } catch (thrown) {
    if (listed === 0 || signal.aborted || !(thrown instanceof CodedError)) throw thrown;
    sink.gap({
      scope: reader.host,
      hides: 'existence',
      source: survey.source,
      cause: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
    });
  }
}

function stateRepository(sink: Sink, host: string, repository: string): void {
  sink.exists(sink.resource('repository', host, repository), {});
}

function countProgress(onProgress: SurveyOptions['onProgress']): RegistrySurvey['done'] {
  const done = { repositories: 0, tags: 0, manifests: 0 };
  return (what) => {
    done[what] += 1;
    onProgress?.({ ...done });
  };
}
