import { describe, expect, test } from 'vitest';
import { runReport, textOf } from '../../../test/support/report-examples.ts';
import type { OutputFormat } from '../output-format.ts';
import { noPaint } from '../paint.ts';
import { renderRun } from '../run/render-run.ts';
import type { RunCheck } from './run-check.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const link = {
  kind: 'link-missing',
  repository: 'app',
  what: digest('a'),
  neededBy: [digest('1')],
  tags: ['v1'],
} as const;
const data = { ...link, kind: 'blob-without-data', what: digest('b'), tags: ['v2'] } as const;
const idle = { kind: 'link-idle', repository: 'tool', what: digest('c'), neededBy: [], tags: [] } as const;
const whole: RunCheck = { before: [], appeared: [], healed: [], unseen: [] };
const broken: RunCheck = { ...whole, before: [link, idle], appeared: [data], healed: [idle] };

function shown(check: RunCheck, format: OutputFormat, address?: string): string {
  const store = { name: 'distribution-fs:/data', ...(address === undefined ? {} : { address }) };
  return textOf(renderRun({ ...runReport([]), flow: 'hard-prune', scope: { store }, check }, format, noPaint));
}

describe('the report on a run that was checked', () => {
  test('says in two lines that all is as whole as before', () => {
    const text = shown(whole, 'table');

    expect(text).toContain('CHECKED BEFORE AND AFTER\nBefore:  all was whole\nNew:     nothing\n');
    expect(text).not.toContain('fsck');
  });

  test('lists what is new first, what was there before and still is, what was put right, and says what heals it', () => {
    const text = shown(broken, 'table');

    expect(text).toContain(
      'Before:     1 broken (1 tag), 1 warning\nPut right:  1 warning\nNew:        1 broken (1 tag)',
    );
    expect(text).toMatch(/^SOMETHING IS BROKEN THAT WAS NOT BEFORE THE RUN\. NOTHING TO DO/);
    const titles = ['Not there before the run', 'There before the run, and still', 'Put right\n'];
    const at = titles.map((title) => text.indexOf(title));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at).not.toContain(-1);
    expect(text).toMatch(/broken +blob-without-data +app +sha256:b{12}… +v2 +push again/);
    expect(text).toContain('Next: winnow fsck --store distribution-fs:/data --repair shows what can be healed');
  });

  test('says so where nobody could look afterwards', () => {
    const text = shown({ ...whole, before: [link], notLooked: 'it was stopped' }, 'table');

    expect(text).toContain('After:   not known: it was stopped');
    expect(text).toContain('There before the run\n');
    expect(text).toContain('Next: winnow fsck --store distribution-fs:/data looks again.');
  });

  test('has it for programs: counts and findings', () => {
    const { fsck } = JSON.parse(shown(broken, 'json')) as { fsck: object };

    expect(fsck).toMatchObject({
      before: { broken: 1, warnings: 1, brokenTags: 1, findings: [{ kind: 'link-missing' }, { kind: 'link-idle' }] },
      new: { broken: 1, warnings: 0, findings: [{ kind: 'blob-without-data', remedy: 'push', tags: ['v2'] }] },
      putRight: { broken: 0, warnings: 1 },
      unseen: [],
    });
    const { fsck: cut } = JSON.parse(shown({ ...whole, notLooked: 'why' }, 'json')) as { fsck: object };
    expect(cut).toEqual({ before: { broken: 0, warnings: 0, brokenTags: 0, findings: [] }, notLooked: 'why' });
  });

  test('has it in Markdown, in which nothing from outside is markup', () => {
    const odd = { scope: 'distribution-fs:/data/odd', hides: 'references', source: 's', cause: 'it is *odd*' } as const;
    const text = shown({ ...broken, unseen: [odd] }, 'markdown');

    expect(text).toContain('**Checked before and after**');
    expect(text).toContain('- New: 1 broken (1 tag)');
    expect(text).toContain('it is \\*odd\\*');
    expect(text).toContain('--repair shows what can be healed');
  });

  test('names a bucket so that a shell takes it', () => {
    const address = 's3://bucket/prefix?endpoint=https://s3.example';

    expect(shown(broken, 'table', address)).toContain(`winnow fsck --store '${address}' --repair`);
  });
});
