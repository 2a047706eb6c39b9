import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { nodeHeader } from '../../../test/support/node-plan-examples.ts';
import { reportTextIn } from '../../systems/fleet/report-lines.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { type NodeStory, tellingTheFleet } from './node-fleet-tell.ts';

const noise = (bytes: number) => randomBytes(bytes).toString('hex');

async function told(work: () => Promise<NodeStory>) {
  const lines: string[] = [];
  const terminal = { print: async (more: Iterable<string>) => void lines.push(...more) };
  const ended = await tellingTheFleet(terminal, { node: 'n1', mode: 'plan' }, work).catch((error: unknown) => error);
  const report = reportTextIn(lines.join('\n'));
  return { ended, report: JSON.parse(typeof report === 'string' ? '{}' : report.text) };
}

const story = (more: Partial<NodeStory>): NodeStory => ({ header: nodeHeader('n1', 2), exitCode: 0, ...more });
const uses = (name: string) => ({ takenAtMs: 1, images: [name], unseen: [] });

test('a node tells its plan and what it uses', async () => {
  const { ended, report } = await told(async () => story({ plan: 'the plan', uses: uses('app:1') }));

  expect(ended).toBe(0);
  expect(report).toMatchObject({ plan: 'the plan', uses: { images: ['app:1'] }, work: { removed: { images: 2 } } });
});

test('of what is too long for a log the names go first: they are told as unseen, and the plan is there', async () => {
  const { report } = await told(async () => story({ plan: 'the plan', uses: uses(noise(1_100_000)) }));

  expect(report).toMatchObject({
    plan: 'the plan',
    uses: { images: [], unseen: [expect.stringContaining('too many')] },
  });
});

test('a plan that is too long itself is not told in part: that there is none is', async () => {
  const { report } = await told(async () => story({ plan: noise(1_100_000), uses: uses('app:1') }));

  expect(report.plan).toBeUndefined();
  expect(report.planUnfit).toMatch(/^its plan is too long for a log/);
});

test('what goes wrong is told, and thrown', async () => {
  const { ended, report } = await told(async () => {
    throw new CodedError('PLAN_EXPIRED', 'it is too old');
  });

  expect(ended).toMatchObject({ code: 'PLAN_EXPIRED' });
  expect(report).toMatchObject({ node: 'n1', exitCode: 6, error: { code: 'PLAN_EXPIRED', message: 'it is too old' } });
});
