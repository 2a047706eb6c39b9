import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { loadSettings } from '../../config/load.ts';
import type { PlanHeader } from '../../plan/plan.ts';
import { withStoreOfPlan } from './store-of-plan.ts';

/** What a plan is applied with. @param hardPrune - in the settings file */
async function appliedWith(hardPrune: string, mode: 'online' | 'read-only') {
  const folder = makeTempFolder('settings');
  const file = join(folder, 'w.yaml');
  writeFileSync(file, `hardPrune: {${hardPrune}}\n`);
  const sources = { env: {}, cwd: folder, home: folder, systemFile: join(folder, 'none.yaml') };
  const { settings } = await loadSettings({ flags: {}, configPath: file, ...sources });
  const scope = { store: { name: 'distribution-fs:/srv', servers: [], mode } };
  const store = { graceMs: 7_200_000, holdMs: 3_600_000 } as unknown as NonNullable<PlanHeader['store']>;
  return withStoreOfPlan(settings, { scope, store } as unknown as PlanHeader).hardPrune;
}

describe('a plan for online mode', () => {
  test('that is applied with settings for read-only mode keeps its time between hiding and the last look', async () => {
    const none = 'mode: read-only, grace: 0s, hold: 0s, checkAfter: 0s';
    expect(await appliedWith(none, 'online')).toMatchObject({
      ...{ mode: 'online', graceMs: 7_200_000, holdMs: 3_600_000, checkAfterMs: 10_000 },
    });
    expect(await appliedWith(none, 'read-only')).toMatchObject({ mode: 'read-only', checkAfterMs: 0 });
    expect(await appliedWith('checkAfter: 5m', 'online')).toMatchObject({ checkAfterMs: 300_000 });
  });
});
