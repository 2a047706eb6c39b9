import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFaultProxy } from './fault-proxy.ts';
import { freePort } from './free-port.ts';
import { type RunningCli, spawnCli } from './run-cli.ts';
import { holdings, serveFolder, smallWorldFolder, smallWorldRows, writeRows } from './small-world.ts';
import { makeTempFolder } from './temp-folder.ts';

/** So long the registry takes to delete something: nobody sees progress that is over in a moment. */
const SLOW_MS = 400;

export const SCHEDULE = 'small-world';
export const ADMIN = { name: 'adam', token: 'the-token-of-adam-the-admin' } as const;

/** The real service, from the built command, over a registry with the small world. */
export interface ServedWorld {
  readonly url: string;
  readonly service: RunningCli;
  /** All that the registry holds, in lines that sort. */
  holdings(): Promise<readonly string[]>;
}

/** Starts all of it; it ends with the test file. */
export async function serveSmallWorld(): Promise<ServedWorld> {
  const folder = await smallWorldFolder();
  const registry = await serveFolder(folder, { deleteByTag: true });
  const proxy = await startFaultProxy(registry.url, ({ method }) =>
    method === 'DELETE' ? { delayMs: SLOW_MS } : 'pass',
  );
  const home = makeTempFolder('service');
  const port = await freePort();
  const tokenFile = join(home, 'token');
  writeFileSync(tokenFile, `${ADMIN.token}\n`);
  const settings = join(home, 'winnow.yaml');
  writeFileSync(
    settings,
    settingsText({ home, port, tokenFile, registry: proxy.url, records: writeRows(smallWorldRows) }),
  );
  const service = spawnCli(['serve', '--config', settings], { timeoutMs: 600_000 });
  await service.waitFor('listening at');
  return { url: `http://127.0.0.1:${port}`, service, holdings: () => holdings(registry.url, folder) };
}

interface Places {
  readonly home: string;
  readonly port: number;
  readonly tokenFile: string;
  readonly registry: string;
  readonly records: string;
}

function settingsText({ home, port, tokenFile, registry, records }: Places): string {
  return [
    `stateDir: '${home}/state'`,
    `registry: {url: '${registry}'}`,
    `records: ['file:${records}']`,
    "reconcile: {classes: [{name: steps, kind: transient, repositories: ['team/*']}]}",
    'apply: {concurrency: 1}',
    'serve:',
    `  listen: '127.0.0.1:${port}'`,
    // Once a year: tests begin their runs themselves.
    `  schedules: [{name: ${SCHEDULE}, flow: reconcile, cron: '0 3 1 1 *', mode: approve}]`,
    `  access: {tokens: [{name: ${ADMIN.name}, role: admin, tokenFile: '${tokenFile}'}]}`,
  ].join('\n');
}
