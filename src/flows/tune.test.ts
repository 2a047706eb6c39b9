import { expect, test } from 'vitest';
import type { FileTuning, NodeConfig } from '../systems/node-config/contract.ts';
import { CodedError } from '../util/pure/coded-error.ts';
import { writeTuning } from './tune.ts';

const file = (path: string, state: FileTuning['state']): FileTuning => ({
  ...{ part: 'kubelet', path, state, settings: [], byHand: [], notes: [], restart: 'systemctl restart kubelet' },
  ...(state === 'to-change' ? { before: 'a', after: 'b' } : {}),
});

/** Writes all but one file. */
function configThatFailsAt(broken: string): NodeConfig & { readonly wrote: string[] } {
  const wrote: string[] = [];
  return {
    wrote,
    read: async () => [],
    write: async ({ path }, nowMs) => {
      if (path === broken) throw new CodedError('TUNE_UNWRITABLE', `writing ${path}: EROFS`, { hint: 'be root' });
      wrote.push(path);
      return `${path}.winnow-${nowMs}`;
    },
  };
}

test('only what is to be changed is written, and one that fails keeps no other from it', async () => {
  const config = configThatFailsAt('/b');
  const files = [file('/a', 'as-wanted'), file('/b', 'to-change'), file('/c', 'refused'), file('/d', 'to-change')];
  const done = await writeTuning(config, files, 7);
  expect(config.wrote).toEqual(['/d']);
  expect(done.map(({ path, written, copy, failure }) => [path, written, copy, failure?.code])).toEqual([
    ['/a', false, undefined, undefined],
    ['/b', false, undefined, 'TUNE_UNWRITABLE'],
    ['/c', false, undefined, undefined],
    ['/d', true, '/d.winnow-7', undefined],
  ]);
});

test('what is no known failure ends the command', async () => {
  const config: NodeConfig = { read: async () => [], write: () => Promise.reject(new TypeError('a bug')) };
  await expect(writeTuning(config, [file('/a', 'to-change')], 0)).rejects.toThrow('a bug');
});
