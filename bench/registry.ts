import { runEndings } from '../test/support/at-end.ts';
import { startFilledRegistry } from './registry/filled-registry.ts';
import { writeRecordsFile } from './registry/records-file.ts';
import { surveyAll } from './registry/survey.ts';
export async function run(args: readonly string[]): Promise<void> {
  const filled = await startFilledRegistry();
  const began = performance.now();
  await filled.growTo(2000);
  console.log('fill', performance.now() - began);
  const rec = writeRecordsFile(filled.world());
  for (const c of [4, 8, 16, 8]) {
    const r = await surveyAll(filled, rec, c);
    console.log(c, r, 'per s', r.tags / r.survey.wallMs * 1000);
  }
  await runEndings();
}
