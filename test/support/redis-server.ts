import { Redis } from 'ioredis';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

export interface RedisServer {
  /** `127.0.0.1:<port>`. */
  readonly addr: string;
  /** `redis://:<password>@127.0.0.1:<port>/0`. */
  readonly url: string;
  readonly password: string;
  keys(): Promise<readonly string[]>;
}

/** Debian's `redis-server` on loopback, in memory alone. Ends with the test file. */
export async function startRedisServer(): Promise<RedisServer> {
  const port = await freePort();
  const password = 'winnow-test';
  const url = `redis://:${password}@127.0.0.1:${port}/0`;
  const ask = async <T>(work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined); // told with the command that fails by it
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  };
  await startChild({
    command: programPath('redis-server'),
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password],
      ...['--save', '', '--appendonly', 'no', '--dir', makeTempFolder('redis')],
    ],
    env: {},
    isReady: async () => (await ask((redis) => redis.ping())) === 'PONG',
  });
  return { addr: `127.0.0.1:${port}`, url, password, keys: () => ask((redis) => redis.keys('*')) };
}
