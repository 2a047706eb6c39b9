import { createInterface } from 'node:readline';
import type { Lease, LeaseKeeper } from '../../../src/systems/lease/contract.ts';
import { leaseKeepers } from '../../../src/systems/lease/index.ts';

/*
 * node hold-lease.mjs file <state directory> <ttl> | postgres <url> <ttl> | kubernetes <kubeconfig> <ttl>: does what
 * stdin says, a line each, and answers a line each on stdout. `acquire` → `held` or `refused <code> <message>`, `release` → `released`. Says `lost` when it is.
 * At the end of stdin it does nothing more: what it holds must not keep it alive.
 */
const [kind, place = '', ttl] = process.argv.slice(2);
const ttlMs = Number(ttl);
const keeper = await open();
const say = (line: string) => process.stdout.write(`${line}\n`);
let lease: Lease | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'acquire') {
    try {
      lease = await keeper.acquire('a', `the child (process ${process.pid})`, new AbortController().signal);
      lease.lost.addEventListener('abort', () => say('lost'));
      say('held');
    } catch (failure) {
      const { code, message } = failure as { code?: string; message: string };
      say(`refused ${code} ${message}`);
    }
  } else {
    await lease?.release();
    say('released');
  }
}

async function open(): Promise<LeaseKeeper> {
  if (kind === 'postgres') return await leaseKeepers.postgres({ url: place, ttlMs });
  if (kind === 'kubernetes') return await leaseKeepers.kubernetes({ kubeconfig: place, ttlMs });
  return leaseKeepers.file(place, { ttlMs });
}
