import { inFreshProcess } from '../measure/fresh-process.ts';
import { countTags, type FilledRegistry } from './filled-registry.ts';
import type { SurveyOrder, SurveyReport } from './survey-child.ts';
import { fingerprint, linesOf } from './tag-fingerprint.ts';

/** Surveys all of the registry in a fresh process. @throws when what was seen is not what is there */
export async function surveyAll(
  { server, world }: FilledRegistry,
  options: Omit<SurveyOrder, 'url'> & { readonly cores?: string },
): Promise<SurveyReport> {
  const { cores, ...rest } = options;
  const order: SurveyOrder = { url: server.url, ...rest };
  const report = await inFreshProcess<SurveyReport>('bench/registry/survey-child.ts', order, cores);
  const expected = { tags: countTags(world()), fingerprint: fingerprint(linesOf(world())) };
  if (report.tags !== expected.tags || report.fingerprint !== expected.fingerprint || report.gaps > 0)
    throw new Error(`the survey saw ${JSON.stringify(report)}, and there is ${JSON.stringify(expected)}`);
  return report;
}
