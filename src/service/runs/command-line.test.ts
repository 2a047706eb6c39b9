import { expect, test } from 'vitest';
import { scheduleNamed } from '../../../test/support/service-rig.ts';
import { applyArguments, planArguments, undoArguments } from './command-line.ts';

const files = { folder: '/f', plan: '/f/p', out: '/f/o', inventory: '/f/i', evidence: '/f/e' };
const place = { stateDir: '/s', config: '/c.yaml' };

test('a plan is made by the command of its flow, with what the schedule and the run add, in that order', () => {
  const schedule = scheduleNamed('a', { flow: 'prune', arguments: ['--keep-newest', '3'] });

  expect(planArguments(schedule, ['--max-deletions=9'], files, place).join(' ')).toBe(
    'prune --state-dir /s --config /c.yaml -o json --plan-out /f/p --inventory-out /f/i --evidence-out /f/e --keep-newest 3 --max-deletions=9',
  );
});

test.each([
  ['reconcile', /^reconcile .*--inventory-out \/f\/i$/],
  ['prune-images', /^prune images .*--plan-out \/f\/p$/],
  ['hard-prune', /^hard-prune .*--plan-out \/f\/p$/],
  ['node-gc', /^node-gc --state-dir .*--plan-out \/f\/p$/],
] as const)('%s is asked for what it knows alone', (flow, expected) => {
  expect(planArguments(scheduleNamed('a', { flow }), [], files, place).join(' ')).toMatch(expected);
});

test('a schedule with settings of its own uses those, and one without any leaves them to be found', () => {
  expect(applyArguments(scheduleNamed('a', { config: '/own.yaml' }), '/p', place)).toContain('/own.yaml');
  expect(applyArguments(scheduleNamed('a'), '/p', { ...place, config: undefined })).not.toContain('--config');
});

test('what reaches a registry is passed on to apply and undo, and nothing else', () => {
  const given = ['--keep-newest', '3', '--username', 'u', '--password-file=/p', '--force-insecure', '--max-share=1'];
  const schedule = scheduleNamed('a', { arguments: given });

  expect(applyArguments(schedule, '/p', place).join(' ')).toBe(
    'apply /p --confirm --state-dir /s --config /c.yaml -o json --username u --password-file=/p --force-insecure',
  );
  expect(undoArguments(schedule, 'j', place).join(' ')).toBe(
    'undo j --state-dir /s --config /c.yaml -o json --username u --password-file=/p --force-insecure',
  );
});

test('a fleet is planned and applied like any other flow, with how its Jobs are made', () => {
  const given = [
    '--fleet-image=registry.example/winnow:1',
    '--parallelism',
    '5',
    '--min-pull-age=1h',
    '--kubeconfig',
    '/k',
  ];
  const schedule = scheduleNamed('a', { flow: 'node-fleet', arguments: given });

  expect(planArguments(schedule, [], files, place).join(' ')).toBe(
    `node-gc --all-nodes --state-dir /s --config /c.yaml -o json --plan-out /f/p ${given.join(' ')}`,
  );
  expect(applyArguments(schedule, '/p', place).join(' ')).toBe(
    'apply /p --confirm --state-dir /s --config /c.yaml -o json --fleet-image=registry.example/winnow:1 --parallelism 5 --kubeconfig /k',
  );
});
