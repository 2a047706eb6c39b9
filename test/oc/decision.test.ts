import { describe, expect, test } from 'vitest';
import { expectedOf, type OcCase, ocCase, ocCases, removedBy } from './cases.ts';
import { planCase } from './plan-case.ts';

/** Where a law of ours and `oc` disagree (decision 21). What we do instead is told by the tests in better.test.ts, by these ids. */
const better = ['OC-10', 'OC-13'];

const stopped = (one: OcCase) => one.failing === undefined && one.expected.errors !== undefined;

describe('what oc adm prune images removes', () => {
  const decided = ocCases.filter((one) => !better.includes(one.id) && one.failing === undefined && !stopped(one));

  test.each(decided.map((one) => [one.id, one.title, one] as const))('%s: %s', async (_id, _title, one) => {
    const { plan } = await planCase(one);
    expect(removedBy(one, plan.actions)).toEqual(expectedOf(one));
  });

  test('is told by eighty rows', () => {
    expect(ocCases.length).toBe(80);
    expect(decided.length).toBe(80 - better.length - 5 - 3);
  });
});

describe('what oc adm prune images stops at', () => {
  test.each(ocCases.filter(stopped).map((one) => [one.id, one.title, one] as const))(
    '%s: %s',
    async (_id, _title, one) => {
      const message = await planCase(one).then(
        () => 'it did not stop',
        (error: Error) => error.message,
      );
      const found = (one.expected.errors ?? []).map((owner) => message.indexOf(owner.replace('/', ' foo/')));
      expect(found.every((at) => at >= 0)).toBe(true);
      expect(message.split('\n').length - 1).toBe(found.length);
    },
  );

  test('names them by kind: replica sets before build configs (OC-65)', async () => {
    const message = await planCase(ocCase('OC-65')).catch((error: Error) => error.message);
    expect(String(message).indexOf('ReplicaSet foo/rs1')).toBeLessThan(String(message).indexOf('BuildConfig foo/bc1'));
  });

  test('lists the bad ones, each with its reason, and not the good ones (OC-88)', async () => {
    const bad: OcCase = {
      ...ocCase('OC-65'),
      workloads: [
        { kind: 'Pod', name: 'good', image: 'registry.io/foo/bar:latest', phase: 'Running' },
        { kind: 'Pod', name: 'bad', image: 'registry.io/foo/bar@invalid', phase: 'Running' },
        { kind: 'Deployment', name: 'worse', image: 'do not blame me' },
        { kind: 'BuildConfig', name: 'worst', image: 'bar:invalid-digest', from: 'ImageStreamImage' },
      ],
    };
    const message = String(await planCase(bad).catch((error: Error) => error.message));
    for (const name of ['Pod foo/bad', 'Deployment foo/worse', 'BuildConfig foo/worst'])
      expect(message).toContain(name);
    expect(message).toContain('3 can not be read');
    expect(message).not.toContain('foo/good');
  });
});

describe('what is decided before anything fails', () => {
  test.each(['OC-32', 'OC-34', 'OC-53'])('%s is tried in full', async (id) => {
    const { plan } = await planCase(ocCase(id));
    expect(removedBy(ocCase(id), plan.actions)).toEqual(expectedOf(ocCase(id)));
  });

  test('OC-33 is tried in full, the Image too: that it stays is found out while doing', async () => {
    const { plan } = await planCase(ocCase('OC-33'));
    expect(removedBy(ocCase('OC-33'), plan.actions)).toEqual({ ...expectedOf(ocCase('OC-33')), images: ['D4'] });
  });

  test('OC-35 is OC-31', async () => {
    const { plan } = await planCase(ocCase('OC-35'));
    expect(removedBy(ocCase('OC-35'), plan.actions)).toEqual(expectedOf(ocCase('OC-31')));
  });
});
