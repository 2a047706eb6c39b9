import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistryServer } from '../../src/demo/registry-server/start-registry-server.ts';
import { runStory } from '../../src/flows/run-history.ts';
import type { Desk } from '../../src/service/desk.ts';
import { deskOnHistory } from '../../src/service/desk-on-history.ts';
import type { History, RunRecord, RunState } from '../../src/systems/history/contract.ts';
import { histories } from '../../src/systems/history/index.ts';
import { journals } from '../../src/systems/journal/index.ts';
import { atEnd } from './at-end.ts';
import { freePort } from './free-port.ts';
import { type KillingProxy, startKillingProxy } from './killing-proxy.ts';
import { builtCli, type RunningCli, spawnCli } from './run-cli.ts';
import { eventually, scheduleNamed, serveSettings } from './service-rig.ts';
import { holdings, hurtImages, smallWorldFolder, smallWorldRows, writeRows } from './small-world.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A registry with the small world in it, that remembers what was deleted, behind a proxy that can strike. */
export interface RegistryWorld {
  readonly proxy: KillingProxy;
  /** `DELETE /v2/…` that were answered with 202, in order. */
  readonly deleted: readonly string[];
  /** Of `winnow reconcile`. */
  readonly settings: string;
  /** All that there is, in lines that sort. */
  holdings(): Promise<readonly string[]>;
  /** What is wrong with images that must stay. */
  hurt(): Promise<readonly string[]>;
}

export async function openRegistryWorld(): Promise<RegistryWorld> {
  const folder = await smallWorldFolder();
  const deleted: string[] = [];
  const server = await startRegistryServer({
    ...{ folder, deleteByTag: true },
    onRequest: ({ method, path, status }) => void (method === 'DELETE' && status === 202 && deleted.push(path)),
  });
  atEnd(() => server.close());
  const proxy = await startKillingProxy(server.url);
  atEnd(() => proxy.stop());
  const records = writeRows(smallWorldRows);
  const settings = [
    `registry: {url: '${proxy.url}'}`,
    `records: ['file:${records}']`,
    "reconcile: {classes: [{name: steps, kind: transient, repositories: ['team/*']}]}",
    'apply: {concurrency: 1}',
  ].join('\n');
  return {
    ...{ proxy, deleted, settings },
    holdings: () => holdings(server.url, folder),
    hurt: () => hurtImages(server.url, smallWorldRows),
  };
}

/** Where services are to be started: what they share. */
export interface ServiceGround {
  readonly stateDir: string;
  /** Of the tests' own, on the same history: the desk of one more replica, that never leads. */
  readonly desk: Desk;
  readonly history: History;
  /** @param serve - lines of the settings below `serve`, such as schedules @returns when it answers */
  start(serve: readonly string[], more?: readonly string[]): Promise<RunningCli>;
  until(runId: string, ...states: readonly RunState[]): Promise<RunRecord>;
}

/** @param url - of a PostgreSQL database for the history. @param scheduleNames - those that the desk knows */
export async function openServiceGround(url: string, scheduleNames: readonly string[]): Promise<ServiceGround> {
  const stateDir = makeTempFolder('state');
  const history = await histories.postgres({ url });
  atEnd(() => history.close());
  const desk = deskOnHistory({
    ...{ history, stateDir, config: undefined, env: {}, nowMs: Date.now, undoForMs: () => 86_400_000 },
    command: { file: process.execPath, args: [builtCli()] },
    settings: () => serveSettings(scheduleNames.map((name) => scheduleNamed(name, { flow: 'reconcile' }))),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    wake: () => undefined,
  });
  return {
    ...{ stateDir, desk, history },
    start: async (serve, more = []) => {
      const file = join(makeTempFolder('settings'), 'winnow.yaml');
      const own = [
        ...[`stateDir: '${stateDir}'`, 'log: {level: info, format: json}', ...more, 'serve:'],
        ...[`  listen: '127.0.0.1:${await freePort()}'`, `  history: {kind: postgres, url: '${url}'}`],
        ...serve.map((line) => `  ${line}`),
      ];
      writeFileSync(file, own.join('\n'));
      const service = spawnCli(['serve', '--config', file], { timeoutMs: 300_000 });
      await service.waitFor('listening at');
      return service;
    },
    until: async (runId, ...states) => {
      let run: RunRecord | undefined;
      const there = async () => {
        run = await history.run(runId).catch(() => undefined); // the database may be away
        return run !== undefined && states.includes(run.state);
      };
      await eventually(`run ${runId} in ${states.join(' or ')}`, there, 120_000).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(run)}`);
      });
      return run as RunRecord;
    },
  };
}

/** The processes of a service's runs, by what they do. @param word - `apply` */
export function childOf(pid: number, word: string): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
  return children.map(Number).find((child) => argumentsOf(child).includes(word));
}

function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it ended meanwhile
  }
}

/** What is wrong with journals below a state directory: nothing, unless one can't be read, or none has come to its end. */
export async function brokenJournals(stateDir: string): Promise<readonly string[]> {
  const journal = journals.file(stateDir);
  const wrong: string[] = [];
  let ended = 0;
  for (const runId of readdirSync(join(stateDir, 'runs'))) {
    try {
      const { endedAtMs, begin } = await runStory(journal, runId);
      if (endedAtMs !== undefined) ended += 1;
      let lines = 0;
      for await (const _ of journal.plan(runId)) lines += 1;
      if (lines !== begin.header.actionCount + 2) wrong.push(`${runId} has ${lines} lines of its plan`);
    } catch (error) {
      wrong.push(`${runId}: ${String(error)}`);
    }
  }
  return ended === 0 ? [...wrong, 'no run has come to its end'] : wrong;
}

/** What is wrong with a run that was to do all of its plan. */
export async function unfinishedParts(history: History, run: RunRecord): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { target, outcome } of await history.planRows(run.id, { limit: 10_000 }))
    if (outcome !== 'done' && outcome !== 'already-gone') wrong.push(`${target}: ${outcome}`);
  const { planned, removed, failed, skipped } = run.counts ?? {};
  if (planned !== removed || failed !== 0 || skipped !== 0) wrong.push(JSON.stringify(run.counts));
  return wrong;
}

/** Things that stand there more than once. */
export function repeated(list: readonly string[]): readonly string[] {
  return list.filter((one, at) => list.indexOf(one) !== at);
}
