import { libsqlHistory } from '../../../src/systems/history/libsql/libsql-history.ts';

/** Saves a plan and an inventory that never end, and says how far it is. Arguments: state directory, `plan` or `inventory`. */
const [stateDir = '', what = ''] = process.argv.slice(2);
const history = await libsqlHistory(stateDir);

if (what === 'plan') await history.savePlan('a', '{"new":1}', rows(), []);
else await history.saveInventory({ ...header(), planId: 'new' }, tags());

function* rows() {
  for (let n = 0; ; n += 1) {
    if (n === 5000) process.stdout.write('midway\n');
    yield {
      n,
      verb: 'delete-tag',
      group: 'new',
      target: `r/new:${n}`,
      reasonCode: 'x',
      reason: 'x',
      freesBytes: 1,
      line: 'new',
    };
  }
}

function* tags() {
  const rest = {
    repository: 'new',
    exclusiveBytes: 1,
    bytes: 1,
    verdict: 'goes',
    reasonCode: 'x',
    reason: 'x',
  } as const;
  for (let n = 0; ; n += 1) {
    if (n === 5000) process.stdout.write('midway\n');
    yield { tag: { ...rest, tag: `v${n}` } };
  }
}

function header() {
  const sizes = { bytes: 0, sharedBytes: 0, untaggedBytes: 0, reclaimableBytes: 0 };
  return {
    ...sizes,
    inventory: 'inventory/v1',
    target: 'r',
    flow: 'prune',
    madeAtMs: 0,
    repositories: 0,
    tags: 0,
    images: 0,
    gaps: 0,
  } as const;
}
