import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packedPlans } from './packed-plans.ts';

test('plans are packed for their Jobs, by node', () => {
  const packed = packedPlans([
    { node: 'a', text: 'the plan of a' },
    { node: 'b', text: 'the plan of b' },
  ]);

  expect([...packed].map(([node, bytes]) => `${node}: ${gunzipSync(bytes)}`)).toEqual([
    ...['a: the plan of a', 'b: the plan of b'],
  ]);
});

test('one that no object of Kubernetes could hold is refused by name, before any Job is made', () => {
  const large = { node: 'b', text: randomBytes(1_100_000).toString('hex') };

  expect(() => packedPlans([{ node: 'a', text: 'x' }, large])).toThrow(
    expect.objectContaining({
      code: 'FLEET_PLAN_TOO_LARGE',
      message: expect.stringMatching(/^applying the plan of node b: packed it has 1\.\d+ MiB, .*nothing was done/),
    }),
  );
});
