import { describe, expect, it } from 'vitest';
import { beginLine, endLine, intendLine, outcomeLine } from '../../src/apply/journal-entry.ts';
import { noTally } from '../../src/apply/outcome.ts';
import type { PlannedImages } from '../../src/flows/prune-images.ts';
import type { Action } from '../../src/plan/action.ts';
import { decodePlan, encodePlan } from '../../src/plan/codec.ts';
import type { Journal } from '../../src/systems/journal/contract.ts';
import { memoryJournal } from '../../src/systems/journal/memory/memory-journal.ts';
import { digestOf, type OcCase, ocCase, policyOf, removedBy } from './cases.ts';
import { toObjects } from './objects.ts';
import { API, NOW_MS, planCase, planObjects } from './plan-case.ts';

const inWords = ({ n, do: kind, after, unit, emptiesTag, unlessAllFailed }: Action) =>
  [
    `${n} ${kind}`,
    ...(unit === undefined ? [] : [`unit ${unit}`]),
    ...(after.length === 0 ? [] : [`after ${after.join(',')}`]),
    ...(emptiesTag === true ? ['empties'] : []),
    ...(unlessAllFailed === undefined ? [] : [`unless ${unlessAllFailed.join(',')} fail`]),
  ].join(' · ');

describe('a plan for images', () => {
  it('takes items first, then links, then Image by Image the manifest, the other data and the object', async () => {
    const { plan } = await planCase(ocCase('OC-66'));

    expect([...plan.actions].map(inWords)).toEqual([
      '1 delete-stream-item · unit 1 · empties',
      '2 delete-manifest-link · after 1',
      ...['3', '4', '5'].map((n) => `${n} delete-layer-link · after 2`),
      '6 delete-blob · after 1',
      ...['7', '8', '9'].map((n) => `${n} delete-blob · after 6`),
      '10 delete-image · after 1 · unless 6,7,8,9 fail',
    ]);
  });

  it('makes one unit of all items of a stream, and tells when and where each came to be', async () => {
    const one = ocCase('OC-41');
    const { plan } = await planCase(one);
    const items = [...plan.actions].filter((action) => action.do === 'delete-stream-item');

    expect(new Set(items.map(({ unit }) => unit))).toEqual(new Set([1]));
    expect(items[0]).toMatchObject({
      target: { kind: 'stream-item', scope: `${API}/foo/bar`, key: `dummy[0]@${digestOf('D5')}` },
      expects: { digest: digestOf('D5'), createdAtMs: Date.UTC(2015, 0) },
      reason: 'beyond-tag-revisions',
    });
    expect(items.filter(({ emptiesTag }) => emptiesTag).length).toBe(1);
  });

  it('puts data that two Images share behind both manifests, with the later Image', async () => {
    const { plan } = await planCase(ocCase('OC-55'));

    expect([...plan.actions].map(inWords)).toEqual([
      '1 delete-blob',
      '2 delete-image · unless 1 fail',
      '3 delete-blob',
      ...['4', '5', '6'].map((n) => `${n} delete-blob · after 1,3`),
      '7 delete-image · unless 3,4,5,6 fail',
    ]);
  });

  it('takes an index before what it lists', async () => {
    const { plan } = await planCase(ocCase('OC-74'));
    const actions = [...plan.actions];
    const of = (kind: Action['do'], name: string) =>
      actions.find((action) => action.do === kind && action.target.key === digestOf(name)) as Action;

    expect(of('delete-blob', 'D1').after).toContain(of('delete-blob', 'D0').n);
    expect(of('delete-image', 'D1').after).toContain(of('delete-image', 'D0').n);
  });

  it('knows the version of each Image', async () => {
    const { plan } = await planCase(ocCase('OC-56'));
    expect([...plan.actions].at(-1)).toMatchObject({ do: 'delete-image', expects: { resourceVersion: '7' } });
  });

  it('counts bytes for the data; for the Images where data is left to others; and tells of how many it knows no size', async () => {
    const frees = async (id: string) => {
      const { plan } = await planCase(ocCase(id));
      const by = [...plan.actions].filter(({ freesBytes }) => freesBytes > 0);
      return { kinds: [...new Set(by.map((action) => action.do))], bytes: plan.header.freesBytes, plan };
    };
    const { plan, ...withData } = await frees('OC-05');

    expect(withData).toEqual({ kinds: ['delete-blob'], bytes: 4000 });
    expect(plan.header.images?.blobs).toEqual({ removed: 5, unknownSize: 1 });
    expect(plan.header.repositories).toMatchObject([{ repository: 'foo/bar', found: 1, removed: 1, freesBytes: 4000 }]);
    expect(await frees('OC-06')).toMatchObject({ kinds: ['delete-image'], bytes: 4000 });
  });

  it('is the same document when it is read again, from memory and from a file', async () => {
    const { plan } = await planCase(ocCase('OC-54'));
    const decoded = await decodePlan(linesOf(encodePlan(plan)));
    const actions: Action[] = [];
    for await (const action of decoded.actions) actions.push(action);

    expect(actions).toEqual([...plan.actions]);
    expect([...plan.actions]).toEqual([...plan.actions]);
    expect(decoded.header).toEqual(JSON.parse(JSON.stringify(plan.header)));
  });

  it('does not depend on the order in which objects come', async () => {
    const one = ocCase('OC-54');
    const objects = toObjects(one, NOW_MS);
    const plan = async (given: typeof objects) => [
      ...(await planObjects(given, { policy: policyOf(one) })).plan.actions,
    ];
    expect(await plan([...objects].reverse())).toEqual(await plan(objects));
  });

  it('says what is broken when more goes than its limits allow: items, and Images', async () => {
    const one = ocCase('OC-49');
    const plan = await planObjects(toObjects(one, NOW_MS), { policy: policyOf(one), limits: { maxDeletions: 5 } });
    expect(plan.plan.header.broken).toEqual(['maxDeletions: 6 Images would go, more than 5']);

    const many = await planObjects(toObjects(ocCase('OC-41'), NOW_MS), {
      policy: policyOf(ocCase('OC-41')),
      limits: { maxDeletions: 5, minRemaining: 3 },
    });
    expect(many.plan.header.broken).toEqual([
      'maxDeletions: 6 items of image streams would go, more than 5',
      'minRemaining: 1 items of image streams of foo/bar would remain, fewer than 3',
    ]);
  });
});

describe('a run that was cut short', () => {
  /** OC-52: an item goes, with it links and data. `until`: the first action that was not begun any more. */
  const world: OcCase = ocCase('OC-52');

  it('leaves links that nobody names any more: the next run takes them', async () => {
    const first = await planCase(world);
    const journal = await begunUntil(first, 2);
    const again = await planObjects(withoutLastItem(world), { policy: policyOf(world), journal });
    const removed = removedBy(world, first.plan.actions);

    expect(removedBy(world, again.plan.actions)).toEqual({ ...removed, streamItems: [] });
    expect([...again.plan.actions][0]).toMatchObject({ do: 'delete-manifest-link', reason: 'retired' });
  });

  it('whose links are in use again keeps them', async () => {
    const journal = await begunUntil(await planCase(world), 2);
    const again = await planObjects(toObjects(world, NOW_MS), {
      policy: { ...policyOf(world), keepTagRevisions: 9 },
      journal,
    });
    expect([...again.plan.actions]).toEqual([]);
  });

  it('that took items by size goes on with their Images, young as they are', async () => {
    const bySize = ocCase('OC-58');
    const first = await planCase(bySize);
    const journal = await begunUntil(first, 3);
    const rest = { ...bySize, streams: bySize.streams.map((one) => ({ ...one, tags: { latest: [{ image: 'D2' }] } })) };

    const again = await planObjects(toObjects(rest, NOW_MS), { policy: policyOf(bySize), journal });
    expect(removedBy(bySize, again.plan.actions).images).toEqual(['D1', 'D3']);
    const forgotten = await planObjects(toObjects(rest, NOW_MS), { policy: policyOf(bySize) });
    expect(removedBy(bySize, forgotten.plan.actions).images).toEqual([]);
  });

  it('that came to its end has nothing to go on with', async () => {
    const journal = await begunUntil(await planCase(world), 99, true);
    const again = await planObjects(withoutLastItem(world), { policy: policyOf(world), journal });
    expect(removedBy(world, again.plan.actions).layerLinks).toEqual([]);
  });
});

/** A journal with a run that began the first actions of a plan, and did none of them for sure. */
async function begunUntil({ plan }: PlannedImages, until: number, isEnded = false): Promise<Journal> {
  const journal = memoryJournal();
  const run = await journal.begin(plan.header.id, encodePlan(plan));
  await run.append([beginLine(NOW_MS, { header: plan.header, by: 'somebody' })]);
  for (const action of plan.actions) {
    if (action.n >= until) break;
    await run.append([intendLine(NOW_MS, { action, saved: null })]);
    if (isEnded) await run.append([outcomeLine(NOW_MS, { n: action.n, outcome: { result: 'done' } })]);
  }
  if (isEnded) await run.append([endLine(NOW_MS, { tally: noTally, stopped: false })]);
  await run.close();
  return journal;
}

/** The world after the item of D4 has left its stream. */
function withoutLastItem(one: OcCase) {
  const streams = one.streams.map((stream) => ({
    ...stream,
    tags: { latest: (stream.tags['latest'] ?? []).slice(0, 3) },
  }));
  return toObjects({ ...one, streams }, NOW_MS);
}

async function* linesOf(lines: Iterable<string>): AsyncGenerator<string> {
  for (const line of lines) yield line.trimEnd();
}
