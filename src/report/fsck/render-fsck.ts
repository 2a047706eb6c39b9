import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { renderDocument } from '../render-document.ts';
import type { FsckFindings } from './findings.ts';
import { fsckDocument } from './fsck-document.ts';
import { fsckMarkdown } from './fsck-markdown.ts';
import { fsckTable } from './fsck-table.ts';

/** Tells what is wrong with a registry or its storage, and what heals it. @returns lines, without line feeds */
export function renderFsck(findings: FsckFindings, format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(fsckDocument(findings), format);
  return format === 'markdown' ? fsckMarkdown(findings) : fsckTable(findings, format === 'wide', paint);
}
