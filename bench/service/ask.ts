import { Pool } from 'undici';
import { median } from '../measure/median.ts';
import type { Address } from './addresses.ts';

/** How long answers took, in ms. */
export interface Answered {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly bytes: number;
}

/** Asks for an address so many times, some at a time, over connections that stay open. The first answers, which warm up, do not count. */
export async function ask(url: string, address: Address, requests: number, atOnce: number): Promise<Answered> {
  const pool = new Pool(url, { connections: atOnce, pipelining: 1 });
  try {
    let bytes = 0;
    for (let n = 0; n < 3; n += 1) bytes = await once(pool, address);
    const times: number[] = [];
    let left = requests;
    const asker = async () => {
      while (left > 0) {
        left -= 1;
        const began = performance.now();
        await once(pool, address);
        times.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, asker));
    return { ...timesOf(times), bytes };
  } finally {
    await pool.close();
  }
}

/** Asks one after the other until some work is done. */
export async function askWhile(
  url: string,
  address: Address,
  most: number,
  work: Promise<unknown>,
): Promise<Answered & { readonly requests: number }> {
  const pool = new Pool(url, { connections: 1, pipelining: 1 });
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  const times: number[] = [];
  let bytes = 0;
  while (!done && times.length < most) {
    const began = performance.now();
    bytes = await once(pool, address);
    times.push(performance.now() - began);
  }
  await ended;
  await pool.close();
  return { ...timesOf(times), bytes, requests: times.length };
}

/** @returns the size of the answer. @throws where it is not what it should be */
async function once(pool: Pool, { path, status, has }: Address): Promise<number> {
  const headers = { accept: path.startsWith('/api/') ? 'application/json' : 'text/html,*/*' };
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
  const text = await body.text();
  if (statusCode !== status || !text.includes(has))
    throw new Error(`${path} answered ${statusCode}, and ${JSON.stringify(has)} is not in ${text.slice(0, 300)}`);
  return text.length;
}

function timesOf(times: readonly number[]): { readonly medianMs: number; readonly p95Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { medianMs: median(sorted), p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN };
}
