import { type Document, documentHead } from '../document.ts';
import { mdCode, mdText } from '../markdown.ts';
import { isDocumentFormat, type OutputFormat } from '../output-format.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { renderDocument } from '../render-document.ts';
import { section } from '../section.ts';
import { type Column, tableLines } from '../table.ts';
import { counted } from '../words.ts';
import { type TunedFileToShow, tuningStatus } from './tuned-file.ts';

/** `tune`. @returns lines, without line feeds. */
export function renderTune(files: readonly TunedFileToShow[], format: OutputFormat, paint: Paint): Iterable<string> {
  if (isDocumentFormat(format)) return renderDocument(documentOf(files), format);
  return format === 'markdown' ? markdownLines(files) : textLines(files, paint);
}

function documentOf(files: readonly TunedFileToShow[]): Document {
  return [
    ...documentHead('NodeTuning'),
    [
      'items',
      files.map((file) => ({
        ...{ part: file.part, path: file.path, status: tuningStatus(file).replace(' ', '-') },
        ...{ settings: file.settings, why: file.why, byHand: file.byHand, notes: file.notes },
        ...{ copy: file.copy, restart: file.restart, failure: file.failure },
      })),
    ],
  ];
}

function* textLines(files: readonly TunedFileToShow[], paint: Paint): Generator<string> {
  for (const [n, file] of files.entries()) {
    if (n > 0) yield '';
    yield `${paint.bold(printable(file.path))} (${file.part}): ${tuningStatus(file)}`;
    for (const line of tableLines(columns, file.settings, paint)) yield `  ${line}`;
    for (const line of remarksOf(file)) yield `  ${paint.yellow('!')} ${printable(line)}`;
    for (const line of file.byHand) yield `      ${printable(line)}`;
  }
  yield* section(summaryOf(files).map(printable));
}

function* markdownLines(files: readonly TunedFileToShow[]): Generator<string> {
  for (const file of files) {
    yield `- ${mdCode(file.path)} (${file.part}): **${tuningStatus(file)}**`;
    for (const { name, now, wanted } of file.settings)
      yield `  - ${mdCode(name)}: ${now === undefined || now === wanted ? '' : `${mdText(now)} → `}${mdText(wanted)}`;
    for (const line of remarksOf(file)) yield `  - ${mdText(line)}`;
    for (const line of file.byHand) yield `    ${mdCode(line)}`;
  }
  yield* section(summaryOf(files).map(mdText));
}

const columns: readonly Column<TunedFileToShow['settings'][number]>[] = [
  { title: 'SETTING', text: ({ name }) => name },
  { title: 'NOW', text: ({ now }) => now ?? '(not set)' },
  { title: 'WANTED', text: ({ wanted }) => wanted },
];

function remarksOf({ why, failure, copy, notes, byHand }: TunedFileToShow): readonly string[] {
  return [
    ...(copy === undefined ? [] : [`the old text is kept in ${copy}`]),
    ...notes,
    ...(failure === undefined ? [] : [`${failure.message} (${failure.code})`, ...(failure.hint ? [failure.hint] : [])]),
    ...(why === undefined ? [] : [`left alone: ${why}${byHand.length > 0 ? '; by hand:' : ''}`]),
  ];
}

function summaryOf(files: readonly TunedFileToShow[]): readonly string[] {
  const waiting = files.filter((file) => tuningStatus(file) === 'to change');
  const written = files.filter((file) => file.written);
  if (waiting.length > 0) return [`Nothing was written. ${counted(waiting.length, 'file')} would be: --write does it.`];
  if (written.length === 0) return ['Nothing was written.'];
  const restarts = [...new Set(written.map(({ restart }) => restart))];
  return [
    `Wrote ${counted(written.length, 'file')}. It holds when these are restarted, which is yours to do:`,
    ...restarts.map((one) => `  ${one}`),
  ];
}
