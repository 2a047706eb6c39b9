import type { Sink, Source } from '../../../evidence/sink.ts';
import type { StoreSurveyOptions } from '../contract.ts';
import { newBreath } from '../on-disk/breath.ts';
import { diskPlace } from '../on-disk/careful-read.ts';
import { requireNoMount } from '../on-disk/mounts.ts';
import type { OnDiskPlace } from '../on-disk/on-disk-place.ts';
import { listBlobs } from './blobs.ts';
import { readContents } from './contents.ts';
import { openDoubt } from './doubt.ts';
import { settle, walkManifests } from './references.ts';
import { stateReference } from './state-reference.ts';
import type { StatedManifests, SurveyState } from './survey-state.ts';

/** @see StoreReader.source */
export function trowSource(place: OnDiskPlace, options: StoreSurveyOptions): Source {
  return {
    name: `store ${place.name}`,
    survey: async (sink, signal) => {
      const survey = beginSurvey(place, sink);
      const breath = newBreath();
      const repositories = new Map<string, StatedManifests>();
      let tags = 0;
      let manifests = 0;
      const report = () =>
        options.onProgress?.({ repositories: repositories.size, tags, manifests, blobs: survey.blobs.size });

      for (const found of walkManifests(survey.disk)) {
        signal.throwIfAborted();
        const reference = found.is === 'reference' ? await settle(survey.disk, found, signal) : undefined;
        if (reference !== undefined) {
          const stated = repositoryOf(survey, repositories, reference.repository);
          manifests -= stated.manifests.size;
          stateReference(survey, stated, reference, options.historySinceMs ?? Number.NEGATIVE_INFINITY);
          manifests += stated.manifests.size;
          if (reference.digest === undefined) tags += 1;
        }
        if (breath.isDue()) {
          report();
          await breath.take();
        }
      }
      await readContents(survey, [...repositories.values()], signal);
      await survey.doubt.state(signal);
      report();
    },
  };
}

/** Blobs are listed first: what comes later is in nobody's way. */
function beginSurvey(place: OnDiskPlace, sink: Sink): SurveyState {
  const disk = diskPlace(place.root);
  for (const folder of ['blobs', 'manifests', 'scratch']) requireNoMount(`${place.root}/${folder}`);
  const blobs = listBlobs(disk);
  const firstBlob = sink.existing('blob', place.name, blobs);
  return { disk, name: place.name, sink, blobs, doubt: openDoubt(place, sink, blobs, firstBlob) };
}

function repositoryOf(
  { sink, name }: SurveyState,
  repositories: Map<string, StatedManifests>,
  repository: string,
): StatedManifests {
  let stated = repositories.get(repository);
  if (stated === undefined) {
    sink.exists(sink.resource('repository', name, repository), {});
    stated = { repository, manifests: new Map() };
    repositories.set(repository, stated);
  }
  return stated;
}
