import type { Gap } from '../../evidence/gap.ts';
import type { ResourceId } from '../../evidence/resource.ts';
import type { About, Sink } from '../../evidence/sink.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import { type Manifest, parseManifest } from '../../oci/manifest.ts';
import { isTag } from '../../oci/reference.ts';
import { parseReferrerTag } from '../../oci/referrer-tag.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { Limit } from '../../util/limit.ts';
import type { FetchedManifest, RegistryReader } from './contract.ts';
import {
  type CreatedTimes,
  createCreatedTimes,
  createdInAnnotations,
  createdInConfig,
  imageConfigOf,
  MAX_CONFIG_BYTES,
} from './image-created.ts';
import { isUnreadable, stateManifest } from './manifest-facts.ts';
import type { SurveyProgress } from './survey.ts';
import { createTaskGroup, type TaskGroup } from './task-group.ts';

/** What the survey of a registry shares among its repositories. */
export interface RegistrySurvey {
  readonly reader: RegistryReader;
  readonly sink: Sink;
  readonly source: string;
  readonly referrersApi: boolean;
  readonly concurrency: number;
  /** Requests under way, of all repositories together. */
  readonly limit: Limit;
  readonly pushTimes: boolean;
  readonly readCreated: (repository: string) => boolean;
  readonly createdOfConfigs: Map<Digest, number | undefined>;
  readonly done: (what: keyof SurveyProgress) => void;
}
