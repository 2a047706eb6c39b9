import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { noPaint } from '../../report/paint.ts';
import { fileNote } from '../../systems/read-only-switch/index.ts';
import { openSwitching, switchingOfRun } from './read-only-switching.ts';
import type { Session } from './session.ts';

function session(mode: 'online' | 'read-only', stateDir: string) {
  const said: string[] = [];
  const terminal = { say: (line: string) => void said.push(line), paint: noPaint };
  const settings = { store: { readOnlySwitch: 'manual' }, hardPrune: { mode }, stateDir };
  return { said, session: { settings, terminal } as unknown as Session };
}

test.each(['online', 'read-only'] as const)(
  'a run (%s) that switches nothing warns of what a dead one has left switched',
  async (mode) => {
    const dir = makeTempFolder('storage');
    const { said, session: here } = session(mode, makeTempFolder('state'));

    expect(await switchingOfRun(here, `distribution-fs:${dir}`)).toBeUndefined();
    expect(said).toEqual([]);
    const left = { name: 'deployment apps/registry', remembered: null };
    await fileNote(join(dir, '.winnow', 'read-only.json')).write(left);
    await switchingOfRun(here, `distribution-fs:${dir}`);

    expect(said).toEqual([expect.stringContaining('left deployment apps/registry in read-only mode')]);
  },
);

test('the note lies on a storage in a folder, and for a bucket in the state directory', async () => {
  const { session: here } = session('read-only', '/state');

  const places = await Promise.all(
    ['distribution-fs:/srv', 'trow-files:/data', 's3://bucket/prefix'].map(
      async (name) => (await openSwitching(here, name)).note.place,
    ),
  );

  expect(places.slice(0, 2)).toEqual(['/srv/.winnow/read-only.json', '/data/.winnow/read-only.json']);
  expect(places[2]).toMatch(/^\/state\/stores\/[0-9a-f]{32}\.read-only\.json$/);
});
