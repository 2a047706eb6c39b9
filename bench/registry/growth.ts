import { mebibytes, type Section, seconds } from '../measure/section.ts';
import type { FilledRegistry } from './filled-registry.ts';
import { writeRecordsFile } from './records-file.ts';
import { surveyAll } from './survey.ts';
import type { SurveyReport } from './survey-child.ts';

/** Survey and plan of what is in the registry now; each size is one sample of {@link growthSection}. */
export async function measureSize(filled: FilledRegistry): Promise<SurveyReport> {
  return await surveyAll(filled, { concurrency: 8, recordsFile: writeRecordsFile(filled.world()) });
}

/** How time and memory grow with the number of tags. Every tag's digest was compared with what is in the store. */
export function growthSection(reports: readonly SurveyReport[]): Section {
  const [first] = reports;
  return {
    title: 'Survey and plan of a growing registry (a fresh process each, 8 requests at a time)',
    columns: ['tags', 'survey', 'a tag', 'plan', 'a tag', 'actions', 'peak memory', 'held at the end', 'more a tag'],
    rows: reports.map((report) => {
      const { tags, survey, plan } = report;
      const more = first === undefined || tags === first.tags ? undefined : bytesPerTag(first, report);
      return [
        `${tags}`,
        seconds(survey.wallMs),
        `${(survey.wallMs / tags).toFixed(2)} ms`,
        seconds(plan.wallMs),
        `${(plan.wallMs / tags).toFixed(3)} ms`,
        `${report.actions}`,
        mebibytes(report.peakBytes),
        mebibytes(report.heldBytes),
        more === undefined ? '' : `${(more / 1024).toFixed(1)} KiB`,
      ];
    }),
    notes: ['held at the end: heap and typed arrays after a collection, with evidence, graph and plan still in use'],
    data: reports,
  };
}

/** Memory that is held for each tag more. */
function bytesPerTag(less: SurveyReport, more: SurveyReport): number {
  return (more.heldBytes - less.heldBytes) / (more.tags - less.tags);
}
