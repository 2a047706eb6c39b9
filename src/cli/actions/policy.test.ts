import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOW_MS, storySchema, tellStory } from '../../../test/support/story.ts';
import { encodeEvidence } from '../../evidence/saved/encode.ts';
import { noPaint } from '../../report/paint.ts';
import { readEvidenceFile } from '../session/evidence-file.ts';
import type { Terminal } from '../terminal.ts';
import { testPolicies } from './policy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-policy-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

/** A terminal in the folder, and what was printed on it. */
function terminalHere() {
  const printed: string[] = [];
  const terminal: Terminal = {
    print: async (lines) => void printed.push(...lines),
    say: () => undefined,
    ...{ paint: noPaint, progress: 'none' as const, cwd: folder, nowMs: () => NOW_MS },
    env: { HOME: folder },
    signal: new AbortController().signal,
  };
  return { terminal, printed };
}

async function writeWorld(): Promise<string> {
  const story = storySchema.parse({
    story: 'two builds',
    tags: { 'app:v1': 'A', 'app:v2': 'B' },
    // JSON leaves such an end of a line as it is.
    manifests: { A: { layers: { a: 1 }, attributes: { 'label:a': 'b\u2028c' } }, B: { layers: { b: 2 } } },
    prune: { pushedDaysAgo: { 'app:v1': 9, 'app:v2': 3 } },
  });
  const { evidence, ...memory } = tellStory(story).view;
  const path = join(folder, 'evidence.ndjson');
  const header = { of: 'registry registry.test', madeAtMs: NOW_MS };
  await writeFile(path, [...encodeEvidence({ header, evidence, memory })].join(''));
  return path;
}

async function writePolicy(name: string, rules: string): Promise<string> {
  const path = join(folder, name);
  const policy = `{name: all, repositories: ['**'], ${rules}}`;
  await writeFile(path, `prune:\n  minAge: 0\n  policies:\n    - ${policy}\n`);
  return path;
}

describe('winnow policy test', () => {
  test('compares the named settings with those that would be used, and with others where they are named', async () => {
    const evidence = await writeWorld();
    await writePolicy('winnow.yaml', 'keepNewest: 2');
    const config = await writePolicy('new.yaml', 'keepNewest: 1');
    const against = await writePolicy('other.yaml', 'keepNewest: 0');
    const run = async (flags: { readonly config?: string; readonly against?: string }) => {
      const { terminal, printed } = terminalHere();
      expect(await testPolicies(terminal, { output: 'json', ...flags }, [evidence])).toBe(0);
      const { tested, against: others, newlyDeleted, newlyKept } = JSON.parse(printed.join('\n'));
      return [tested.tags, others?.tags, newlyDeleted.length, newlyKept.length];
    };

    expect(await run({})).toEqual([0, undefined, 0, 0]);
    expect(await run({ config })).toEqual([1, 0, 2, 0]);
    expect(await run({ config, against })).toEqual([1, 2, 0, 2]);
  });

  test('refuses a file that is not there, or not whole', async () => {
    const { terminal } = terminalHere();
    const path = await writeWorld();
    const cut = join(folder, 'cut.ndjson');
    await writeFile(cut, (await readFile(path, 'utf8')).slice(0, -40));

    await expect(testPolicies(terminal, { output: 'table' }, [join(folder, 'none')])).rejects.toMatchObject({
      code: 'EVIDENCE_FILE_UNREADABLE',
    });
    await expect(readEvidenceFile(cut)).rejects.toThrow(`reading the evidence ${cut}`);
  });
});
