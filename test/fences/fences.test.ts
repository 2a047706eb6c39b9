import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BROKEN = fileURLToPath(new URL('./broken/', import.meta.url));

/** A break is a file named for its rule, but where the rule itself names the file. */
const breakOf: Readonly<Record<string, string>> = {
  'the-hash-only-hashes': 'src/util/pure/hash.ts',
  'contracts-hold-only-types': 'src/systems/registry/contract.ts',
};

const config = await extractConfig(`${ROOT}.dependency-cruiser.mjs`);
const rules = (config.forbidden ?? []).map((rule) => String(rule.name));

describe('the fences between the rooms', () => {
  let found: readonly IViolation[];
  beforeAll(async () => {
    found = (await cruiseSource(BROKEN)).summary.violations;
  });

  test('stand: no import in src climbs one', async () => {
    const { summary, modules } = await cruiseSource(ROOT);
    const own = modules.filter(({ source }) => source.startsWith('src/'));

    // With a TypeScript that dependency-cruiser does not support it sees no module and reports success.
    expect(own.length).toBeGreaterThanOrEqual(50);
    expect(
      own.some(({ dependencies }) => dependencies.some(({ dependencyTypes }) => dependencyTypes.includes('type-only'))),
    ).toBe(true);
    expect(summary.violations.map(describeViolation)).toEqual([]);
  });

  test.each(rules)('%s catches the break made for it', (name) => {
    const caught = found.filter(({ rule }) => rule.name === name).map(({ from }) => from);

    expect(caught).toContainEqual(breakOf[name] ?? expect.stringMatching(new RegExp(`/${name}[.]ts$`)));
  });

  test('leave alone what climbs none', () => {
    const free = found.filter(({ from }) => /word[.]ts$|zot[.]ts$|shared[.]ts$|[.]suite[.]ts$/.test(from));

    expect(free.map(describeViolation)).toEqual([]);
  });

  test('stand around every folder of src', () => {
    const folders = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());

    expect(rules).toEqual(expect.arrayContaining(folders.map(({ name }) => `room-${name}`)));
  });

  test('tell a newcomer what to do', () => {
    const silent = (config.forbidden ?? []).filter(({ comment }) => comment === undefined || comment.length < 20);

    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

async function cruiseSource(baseDir: string): Promise<ICruiseResult> {
  const { forbidden, options } = config;
  const { tsConfig: _, ...rest } = options ?? {};
  const { output } = await cruise(['src'], {
    ...rest,
    baseDir,
    validate: true,
    ruleSet: { forbidden: forbidden ?? [] },
  });
  if (typeof output === 'string') throw new Error(`cruising ${baseDir}: it answered text: ${output}`);
  return output;
}

/** With what the rule wants of whoever broke it. */
function describeViolation({ rule, from, to }: IViolation): string {
  const comment = config.forbidden?.find(({ name }) => name === rule.name)?.comment;
  return `${rule.name}: ${from} → ${to}: ${comment}`;
}
