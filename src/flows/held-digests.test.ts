import { expect, test } from 'vitest';
import { collectEvidence } from '../evidence/evidence.ts';
import type { Sink, Source } from '../evidence/sink.ts';
import { heldDigests, spreadHolds } from './held-digests.ts';

const STORE = 'distribution-fs:/srv';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

function recordsThat(say: (sink: Sink, owns: (id: string, digest: string) => number) => void): Source {
  return {
    name: 'records file',
    survey: async (sink) =>
      say(sink, (id, owned) => {
        const record = sink.resource('record', 'file', id);
        sink.exists(record, {});
        sink.refers(record, sink.resource('manifest', 'registry.example:5000/app', owned), 'record');
        return record;
      }),
  };
}

async function heldIn(source: Source) {
  const { sink, evidence } = collectEvidence();
  for (const [repository, letter] of ['a/a', 'b/a', 'b/b', 'b/c'].map((text) => text.split('/')))
    sink.exists(sink.resource('manifest', `${STORE}/${repository}`, digest(letter as string)), {});
  await heldDigests([source], STORE, () => 1).survey(sink, AbortSignal.timeout(1000));
  spreadHolds(evidence, sink, STORE);
  const { holds, resources } = evidence;
  const held = [...holds.resources]
    .filter((id) => evidence.exists(id))
    .map((id) => `${resources.scope(id).slice(STORE.length + 1)}@${resources.key(id).slice(7, 8)}`);
  return { held: held.sort(), gaps: evidence.gaps };
}

test('holds a digest in every repository that has it, unless all records of it are inactive', async () => {
  const source = recordsThat((sink, owns) => {
    sink.holds(owns('1', digest('a')), 'record 1 (active)');
    sink.retires(owns('2', digest('b')), 'record 2 (archived)');
    owns('3', digest('c'));
  });
  expect(await heldIn(source)).toEqual({ held: ['a@a', 'b@a', 'b@c'], gaps: [] });
});

test('what the records could not tell may hold anything on the storage', async () => {
  const source = recordsThat((sink) =>
    sink.gap({ scope: 'registry.example:5000', hides: 'holds', source: 'records file', cause: 'EACCES' }),
  );
  expect((await heldIn(source)).gaps).toEqual([
    { scope: STORE, hides: 'holds', source: 'records file', cause: 'EACCES' },
  ]);
});
