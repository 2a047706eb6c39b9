import { access, type FileHandle, open, readdir, rm, truncate } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { rawLines } from '../../../util/raw-lines.ts';
import type { Journal, JournalLine, RunJournal } from '../contract.ts';
import { type JournalErrorCode, journalErrors } from '../errors.ts';
import { encodeLine } from '../line-codec.ts';
import { isRunId } from '../run-id.ts';
import { errnoOf, notReadable, notWritable } from './failures.ts';
import { type RunPaths, runPaths, runsFolder } from './layout.ts';
import { makeRunFolder, syncFolders } from './run-folder.ts';
import { syncedFile } from './synced-file.ts';
import { wholeLines, wholeLinesBackwards } from './whole-lines.ts';

/** Journals as files below the state directory, which is made where it is absent. `layout.ts` draws them. */
export function fileJournal(stateDir: string): Journal {
  const home = resolve(stateDir);
  return {
    begin: (runId, plan) => begin(home, runId, plan),
    reopen: (runId) => reopen(home, runId),
    runs: () => runs(home),
    read: (runId) => read(home, runId),
    readBackwards: (runId) => readBackwards(home, runId),
    plan: (runId) => planLines(home, runId),
    forget: (runId) => forget(home, runId),
  };
}

async function begin(home: string, runId: string, plan: Iterable<string>): Promise<RunJournal> {
  const paths = runPaths(home, runId);
  try {
    const uppermost = await makeRunFolder(paths.folder, home);
    const file = await create(runId, paths);
    try {
      await writePlan(paths.plan, plan);
      await syncFolders(paths.folder, uppermost);
    } catch (failure) {
      await file.close();
      throw failure;
    }
    return openJournal(runId, paths, file);
  } catch (failure) {
    throw notWritable('starting the journal', paths.journal, failure);
  }
}

async function create(runId: string, paths: RunPaths): Promise<FileHandle> {
  try {
    return await open(paths.journal, 'ax', 0o600);
  } catch (failure) {
    throw errnoOf(failure) === 'EEXIST' ? runExists(runId, paths) : failure;
  }
}

async function reopen(home: string, runId: string): Promise<RunJournal> {
  const paths = runPaths(home, runId);
  let endBytes = 0;
  for await (const whole of linesOf(runId, paths)) endBytes = whole.endBytes;
  try {
    await truncate(paths.journal, endBytes);
    return openJournal(runId, paths, await open(paths.journal, 'a', 0o600));
  } catch (failure) {
    throw notWritable('opening the journal', paths.journal, failure);
  }
}

function openJournal(runId: string, paths: RunPaths, handle: FileHandle): RunJournal {
  const file = syncedFile(handle, (failure) => notWritable('writing the journal', paths.journal, failure));
  return {
    runId,
    append: async (lines) => file.append(lines.map(encodeLine).join('')),
    close: file.close,
  };
}

async function writePlan(path: string, plan: Iterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const chunk of inChunks(plan)) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Lines by the ten thousand: a write for each would take longer than the run. */
function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    if (chunk.push(line) < 10_000) continue;
    yield chunk.join('');
    chunk = [];
  }
  if (chunk.length > 0) yield chunk.join('');
}

async function* planLines(home: string, runId: string): AsyncGenerator<string> {
  const paths = runPaths(home, runId);
  try {
    for await (const { bytes, ended } of rawLines(paths.plan))
      yield bytes.toString('utf8', 0, bytes.length - (ended ? 1 : 0));
  } catch (failure) {
    throw errnoOf(failure) === 'ENOENT' ? noSuchRun(runId, paths) : notReadable('reading', paths.plan, failure);
  }
}

async function runs(home: string): Promise<readonly string[]> {
  const folder = runsFolder(home);
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const ids = entries.filter((entry) => entry.isDirectory() && isRunId(entry.name)).map((entry) => entry.name);
    const begun = await Promise.all(ids.map((id) => isThere(runPaths(home, id).journal)));
    return ids
      .filter((_, index) => begun[index])
      .sort()
      .reverse();
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT') return []; // no run was ever made here
    throw notReadable('listing the runs in', folder, failure);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (failure) {
    return errnoOf(failure) !== 'ENOENT'; // absent: somebody else's folder, or a run that is being made or forgotten
  }
}

async function* read(home: string, runId: string): AsyncGenerator<JournalLine> {
  for await (const { line } of linesOf(runId, runPaths(home, runId))) yield line;
}

async function* readBackwards(home: string, runId: string): AsyncGenerator<JournalLine> {
  const paths = runPaths(home, runId);
  try {
    yield* wholeLinesBackwards(paths.journal);
  } catch (failure) {
    throw explainReading(runId, paths, failure);
  }
}

async function* linesOf(runId: string, paths: RunPaths): ReturnType<typeof wholeLines> {
  try {
    yield* wholeLines(paths.journal);
  } catch (failure) {
    throw explainReading(runId, paths, failure);
  }
}

function explainReading(runId: string, paths: RunPaths, failure: unknown): unknown {
  return errnoOf(failure) === 'ENOENT' ? noSuchRun(runId, paths) : notReadable('reading', paths.journal, failure);
}

/** The journal goes last of what counts: a run whose forgetting was cut short is still listed, and can be forgotten again. */
async function forget(home: string, runId: string): Promise<void> {
  const paths = runPaths(home, runId);
  try {
    await rm(paths.plan, { force: true });
    await rm(paths.journal, { force: true });
    await rm(paths.folder, { recursive: true, force: true });
  } catch (failure) {
    throw notWritable('removing the run', paths.folder, failure);
  }
}

function runExists(runId: string, paths: RunPaths): CodedError<JournalErrorCode> {
  return new CodedError('JOURNAL_RUN_EXISTS', `starting the run ${runId}: ${paths.journal} is there already`, {
    hint: journalErrors.JOURNAL_RUN_EXISTS.hint,
  });
}

function noSuchRun(runId: string, paths: RunPaths): CodedError<JournalErrorCode> {
  return new CodedError('JOURNAL_NO_SUCH_RUN', `reading the run ${runId}: there is no ${paths.journal}`, {
    hint: journalErrors.JOURNAL_NO_SUCH_RUN.hint,
  });
}
