import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileLeases } from '../../../src/systems/lease/file/file-leases.ts';

/*
 * node contend-for-lease.mjs <state directory> <marker file> <milliseconds>: takes and releases one lease over and over, and
 * kills itself at that time, wherever it is then. While it holds the lease, the marker file is its own: `two` on stdout means that
 * another living process had it too. `one` for each time that all was well.
 */
const [state = '', marker = '', ms] = process.argv.slice(2);
const keeper = fileLeases(state);
setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(ms));

for (;;) {
  const lease = await keeper.acquire('a', 'a contender', new AbortController().signal).catch((failure: unknown) => {
    if ((failure as { code?: string }).code !== 'LEASE_HELD') throw failure;
  });
  if (lease !== undefined) process.stdout.write(mark() ? 'one\n' : 'two\n');
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
  if (lease === undefined) continue;
  rmSync(marker);
  await lease.release();
}

/** @returns whether nobody alive has marked the file. One that is empty was being marked when its process died. */
function mark(): boolean {
  try {
    writeFileSync(marker, String(process.pid), { flag: 'wx' });
    return true;
  } catch (failure) {
    if ((failure as { code?: string }).code !== 'EEXIST') throw failure;
    const other = readFileSync(marker, 'utf8');
    writeFileSync(marker, String(process.pid));
    return other === '' || !isAlive(other);
  }
}

/** A process that was killed, and that its parent has not yet asked about, is dead. */
function isAlive(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
