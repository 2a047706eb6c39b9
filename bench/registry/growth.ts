import { requires } from '../../test/support/requirements.ts';
import { mebibytes, percent, type Section, seconds } from '../measure/section.ts';
import type { FilledRegistry } from './filled-registry.ts';
import { writeRecordsFile } from './records-file.ts';
import { surveyAll } from './survey.ts';
import type { SurveyReport } from './survey-child.ts';
import { writePathsFile, wrkRate } from './wrk.ts';

const CONCURRENCY = 8;

interface GrowthSample extends SurveyReport {
  /** Mean of what wrk got just before and just after. Absent where there is no wrk. */
  readonly wrkPerSecond?: number;
}

/** Survey and plan of what is in the registry now; each size is one sample of {@link growthSection}. */
export async function measureSize(filled: FilledRegistry, wrkSeconds: number): Promise<GrowthSample> {
  const recordsFile = writeRecordsFile(filled.world());
  const load = {
    url: filled.server.url,
    pathsFile: writePathsFile(filled.world()),
    connections: CONCURRENCY,
    seconds: wrkSeconds,
  };
  if (!requires('wrk')) return await surveyAll(filled, { concurrency: CONCURRENCY, recordsFile });
  const before = await wrkRate(load);
  const report = await surveyAll(filled, { concurrency: CONCURRENCY, recordsFile });
  const after = await wrkRate(load);
  return { ...report, wrkPerSecond: (before.perSecond + after.perSecond) / 2 };
}

/** How time and memory grow with the number of tags. Every tag's digest was compared with what is in the store. */
export function growthSection(samples: readonly GrowthSample[]): Section {
  const [first] = samples;
  return {
    title: `Survey and plan of a growing registry (a fresh process each, ${CONCURRENCY} requests at a time)`,
    columns: [
      ...['tags', 'survey', 'tags/s', 'of wrk', 'CPU a tag', 'plan', 'a tag', 'actions'],
      ...['peak memory', 'held at the end', 'more a tag'],
    ],
    rows: samples.map((sample) => {
      const { tags, survey, plan, wrkPerSecond } = sample;
      const perSecond = (tags / survey.wallMs) * 1000;
      return [
        `${tags}`,
        seconds(survey.wallMs),
        perSecond.toFixed(0),
        wrkPerSecond === undefined ? '–' : percent(perSecond / wrkPerSecond),
        `${(survey.cpuMs / tags).toFixed(2)} ms`,
        seconds(plan.wallMs),
        `${(plan.wallMs / tags).toFixed(3)} ms`,
        `${sample.actions}`,
        mebibytes(sample.peakBytes),
        mebibytes(sample.heldBytes),
        first === undefined || first === sample ? '' : `${(bytesPerTag(first, sample) / 1024).toFixed(1)} KiB`,
      ];
    }),
    notes: ['held at the end: heap and typed arrays after a collection, with evidence, graph and plan still in use'],
    data: samples,
  };
}

/** Memory that is held for each tag more. */
function bytesPerTag(less: SurveyReport, more: SurveyReport): number {
  return (more.heldBytes - less.heldBytes) / (more.tags - less.tags);
}
