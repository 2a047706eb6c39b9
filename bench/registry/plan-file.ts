import { statSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { inFreshProcess } from '../measure/fresh-process.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import type { PlanFileOrder, PlanFileReport } from './plan-file-child.ts';

/** Time and memory for writing a large plan to a file, and for reading it back, checked. */
export async function measurePlanFile(actions: number): Promise<Section> {
  const path = join(makeTempFolder('bench-plan'), 'plan.jsonl');
  const reports = new Map<string, PlanFileReport>();
  for (const verb of ['write', 'read'] as const) {
    const order: PlanFileOrder = { path, actions, verb };
    const report = await inFreshProcess<PlanFileReport>('bench/registry/plan-file-child.ts', order);
    if (report.actions !== actions) throw new Error(`the plan file has ${report.actions} of ${actions} actions`);
    reports.set(verb, report);
  }
  const sizeBytes = statSync(path).size;
  return {
    title: `A plan file of ${actions} actions (${mebibytes(sizeBytes)})`,
    columns: ['', 'wall', 'CPU', 'actions/s', 'peak memory'],
    rows: [...reports].map(([verb, { usage, peakBytes }]) => [
      verb === 'write' ? 'encode and write' : 'read, check, then decode again',
      seconds(usage.wallMs),
      seconds(usage.cpuMs),
      ((actions / usage.wallMs) * 1000).toFixed(0),
      mebibytes(peakBytes),
    ]),
    notes: [],
    data: { actions, sizeBytes, ...Object.fromEntries(reports) },
  };
}
