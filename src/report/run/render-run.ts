import type { CheckedRun } from '../fsck/run-check.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import { runDocument } from './run-document.ts';
import { runMarkdown } from './run-markdown.ts';
import { runTable } from './run-table.ts';

/** Shows what a run did. @returns lines, without line feeds. */
export function renderRun(report: CheckedRun, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(runDocument(report), format);
  return format === 'markdown' ? runMarkdown(report) : runTable(report, { all: format === 'wide' }, paint);
}
