import { inFreshProcess } from '../measure/fresh-process.ts';
import { mebibytes, type Section, seconds } from '../measure/section.ts';
import type { ManyBlobsReport } from './many-blobs-child.ts';

/** Evidence, graph and mark of very many blobs, without any I/O: time, and the peak of memory. */
export async function measureManyBlobs(counts: readonly number[]): Promise<Section> {
  const reports: (ManyBlobsReport & { readonly blobs: number })[] = [];
  for (const blobs of counts)
    reports.push({
      blobs,
      ...(await inFreshProcess<ManyBlobsReport>('bench/registry/many-blobs-child.ts', { blobs })),
    });
  return {
    title: 'Evidence, graph and mark in memory (made up: six blobs a manifest, one tag each)',
    columns: ['blobs', 'resources', 'edges', 'gather', 'graph', 'mark', 'peak memory'],
    rows: reports.map(({ blobs, resources, edges, fill, graph, mark, peakBytes }) => [
      `${blobs}`,
      `${resources}`,
      `${edges}`,
      seconds(fill.wallMs),
      seconds(graph.wallMs),
      seconds(mark.wallMs),
      mebibytes(peakBytes),
    ]),
    notes: [],
    data: reports,
  };
}
