import { inFreshProcess } from '../measure/fresh-process.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import type { TenMillionReport } from './ten-million-child.ts';

const BLOBS = 10_000_000;

/** What a store of ten million blobs takes in memory, without files: a table of its digests, evidence, graph and mark. */
export async function measureTenMillion(): Promise<Section> {
  const report = await inFreshProcess<TenMillionReport>('bench/store/ten-million-child.ts', { blobs: BLOBS });
  return {
    title: 'Ten million blobs in memory (made up: one in five a manifest of six, one blob in twenty named by nobody)',
    columns: ['blobs', 'edges', 'found', 'gather', 'graph and mark', 'peak memory'],
    rows: [
      [
        `${BLOBS}`,
        `${report.edges}`,
        `${report.found}`,
        seconds(report.gather.wallMs),
        seconds(report.mark.wallMs),
        mebibytes(report.peakBytes),
      ],
    ],
    notes: [],
    data: report,
  };
}
