import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ScheduledFlow } from '../../config/serve-settings.ts';
import type { ToldLog, ToldRegistry, ToldTransfer } from '../../systems/history/contract.ts';
import { dayFile, notificationFolder } from '../../systems/pulls/index.ts';
import { messageOf } from '../../util/pure/coded-error.ts';
import { wait } from '../../util/wait.ts';
import { patiently } from './patiently.ts';
import type { RunFiles } from './run-files.ts';
import type { RunTask } from './run-task.ts';
import type { RunnerParts } from './runner-parts.ts';

/*
 * What replicas share of what registries told is handed to the process of a run in files of its own, in the form in which one service alone
 * keeps it: one for each registry, below the run's folder. Its first event says since when all is known.
 */

/** Flows whose commands ask for pulls and pushes. */
const asking: ReadonlySet<ScheduledFlow> = new Set(['prune', 'reconcile']);

/** Clocks of replicas may be apart by so much. */
const CLOCKS_APART_MS = 120_000;

/** Writes down all that is known, for a plan. Nothing where the service keeps it in files anyway. */
export async function handOverTold(parts: RunnerParts, task: RunTask, files: RunFiles): Promise<void> {
  const { told } = parts.history;
  if (told === undefined || !asking.has(task.schedule.flow)) return;
  const paper = paperIn(files, parts.nowMs());
  await patiently(parts, task.gone, () => paper.writeAll(told));
}

/** Does `work`, and meanwhile keeps written down what was pushed since the plan of the run was begun. */
export async function withPushesHandedOver<T>(
  parts: RunnerParts,
  task: RunTask,
  files: RunFiles,
  work: () => Promise<T>,
): Promise<T> {
  const { told } = parts.history;
  if (told === undefined || !asking.has(task.schedule.flow)) return await work();
  const paper = paperIn(files, parts.nowMs(), (task.run.startedAtMs ?? 0) - CLOCKS_APART_MS);
  await patiently(parts, task.gone, () => paper.writeAll(told));
  const over = new AbortController();
  const renewing = keepRenewing(parts, told, paper, AbortSignal.any([over.signal, task.gone]));
  try {
    return await work();
  } finally {
    over.abort();
    await renewing;
  }
}

async function keepRenewing(
  { log, nowMs, times }: RunnerParts,
  told: ToldLog,
  paper: Paper,
  over: AbortSignal,
): Promise<void> {
  let renewedAtMs = nowMs();
  for (let pauseMs = times.pushesMs; !over.aborted; ) {
    await wait(pauseMs, over).catch(() => undefined); // its end is looked at just below
    if (over.aborted) return;
    const beganAtMs = nowMs();
    try {
      await paper.writeAll(told);
      renewedAtMs = beganAtMs;
    } catch (error) {
      log.warn('what was pushed is not known for now', { why: messageOf(error) });
      if (nowMs() - renewedAtMs > times.blindAfterMs) await paper.writeHole();
    }
    pauseMs = Math.max(times.pushesMs, 10 * (nowMs() - beganAtMs));
  }
}

/** The files of one run. Each is replaced as a whole, so that whoever reads never sees a part. */
interface Paper {
  writeAll(told: ToldLog): Promise<void>;
  /** Instead of what is not known any more a line that is no event: who reads it takes it for a hole, and keeps everything. */
  writeHole(): Promise<void>;
}

function paperIn({ folder }: RunFiles, nowMs: number, pushesSinceMs?: number): Paper {
  const written = new Map<string, ToldRegistry>();
  const pathOf = ({ host }: ToldRegistry) => join(notificationFolder(folder, host), dayFile(nowMs));
  return {
    async writeAll(told) {
      for (const registry of await told.registries()) {
        written.set(registry.host, registry);
        await replace(pathOf(registry), linesOf(registry, told.transfers(registry.host, pushesSinceMs)));
      }
    },
    async writeHole() {
      for (const registry of written.values())
        await replace(pathOf(registry), [lineOf(registry.knownSinceMs), 'the history does not answer\n']);
    },
  };
}

async function replace(path: string, lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await pipeline(Readable.from(lines), createWriteStream(`${path}.new`, { mode: 0o600 }));
  await rename(`${path}.new`, path);
}

async function* linesOf(
  { knownSinceMs }: ToldRegistry,
  transfers: AsyncIterable<ToldTransfer>,
): AsyncGenerator<string> {
  yield lineOf(knownSinceMs);
  // A time before that would say that all since then is known.
  for await (const one of transfers) yield lineOf(Math.max(one.atMs, knownSinceMs), one);
}

/** As the registry tells it: see `systems/pulls/events.ts`. Without a transfer it tells the time only. */
function lineOf(atMs: number, transfer?: ToldTransfer): string {
  const timestamp = new Date(atMs).toISOString();
  if (transfer === undefined) return `${JSON.stringify({ events: [{ timestamp, action: 'known since' }] })}\n`;
  const { action, repository, digest, tag, userAgent, actor } = transfer;
  const target = { repository, digest, tag };
  const event = { timestamp, action, target, request: { useragent: userAgent }, actor: { name: actor } };
  return `${JSON.stringify({ events: [event] })}\n`;
}
