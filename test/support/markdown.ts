import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the project's documentation. */
export interface MarkdownPage {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

/** A fenced piece of a page. */
export interface Fence {
  /** The word behind the opening fence: `sh`, `yaml`; '' for none. */
  readonly language: string;
  readonly text: string;
  /** Line of its first line, from 1. */
  readonly line: number;
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', 'bench-results']);

/** All pages of the project. */
export function markdownPages(): readonly MarkdownPage[] {
  return walk(ROOT).map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, 'utf8') }));
}

function walk(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

export function fencesOf(text: string): readonly Fence[] {
  const found: Fence[] = [];
  let open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const mark = /^\s*```(.*)$/.exec(line);
    if (mark === null) open?.lines.push(line);
    else if (open === undefined) open = { language: (mark[1] ?? '').trim(), line: index + 2, lines: [] };
    else {
      found.push({ language: open.language, line: open.line, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return found;
}

/** A page without its fenced pieces; lines stay where they are. */
export function proseOf(text: string): string {
  let inside = false;
  return text
    .split('\n')
    .map((line) => {
      const isMark = /^\s*```/.test(line);
      if (isMark) inside = !inside;
      return inside || isMark ? '' : line;
    })
    .join('\n');
}

/** The anchors that headings of a page have on the usual hosts. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, title = ''] of proseOf(text).matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const times = found.get(slug) ?? 0;
    found.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** Targets of the links in a page's prose, with the line that each stands in. */
export function linksOf(text: string): readonly { readonly target: string; readonly line: number }[] {
  return proseOf(text)
    .split('\n')
    .flatMap((line, index) =>
      [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
        target,
        line: index + 1,
      })),
    );
}
