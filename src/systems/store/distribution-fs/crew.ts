import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import { newPerformer } from './perform.ts';
import type { Answer, Ask, Knowledge, TaskName } from './tasks.ts';

export type ToWalker = { readonly learn: Knowledge } | { readonly task: TaskName; readonly ask: never };
/** With how long it waited for the disk, and how often it asked it. */
export type FromWalker = { readonly waitedMs: number; readonly calls: number } & (
  | { readonly answer: unknown }
  | { readonly failure: { readonly code: string; readonly message: string; readonly hint: string | undefined } }
);

/** Readers of a store that share out what there is to do. */
export interface Crew {
  /** Tells all of them what tasks from now on are about. */
  learn(knowledge: Knowledge): void;
  /** Waits for a free one. @throws STORE_WALK_FAILED, or the signal's reason */
  ask<Name extends TaskName>(task: Name, ask: Ask<Name>): Promise<Answer<Name>>;
  close(): Promise<void>;
}

/** A disk that answers from memory keeps two readers busy; one that has to look wants more of them, whatever the cores. */
const WARM_READERS = 2;
const COLD_READERS = 8;
/** After so many calls it shows how the disk is, and waiting longer than this for one on the average says that it has to look. */
const TRIAL_CALLS = 400;
const COLD_CALL_MS = 0.2;

export interface CrewSettings {
  /** At once. Absent: 2, and 8 when the disk turns out to be slow. */
  readonly readers?: number;
  /** The program of a reading thread. Where there is none (Winnow run from its sources), the asking thread reads. */
  readonly walkerFile?: string;
}

export function startCrew(place: DiskPlace, settings: CrewSettings, signal: AbortSignal): Crew {
  const { readers, walkerFile = findWalker() } = settings;
  return walkerFile === undefined ? oneReader(place, signal) : new Threads(place, readers, signal, walkerFile);
}

/** Where the build puts it: among the program's chunks, or beside the program. */
const WALKERS = ['distribution-fs-walker.js', 'chunks/distribution-fs-walker.js', 'distribution-fs-walker.mjs'];

function findWalker(): string | undefined {
  return WALKERS.map((path) => fileURLToPath(new URL(`./${path}`, import.meta.url))).find((path) => existsSync(path));
}

function oneReader(place: DiskPlace, signal: AbortSignal): Crew {
  const performer = newPerformer(place);
  return {
    learn: (knowledge) => performer.learn(knowledge),
    ask: async (task, ask) => {
      await nextTurn();
      signal.throwIfAborted();
      return performer.perform(task, ask);
    },
    close: async () => undefined,
  };
}

/** What a reader makes is short-lived: a larger nursery would only hold more of it. */
const LITTLE = { maxYoungGenerationSizeMb: 8 };

interface Job {
  readonly message: ToWalker;
  readonly take: (answer: never) => void;
  readonly fail: (reason: unknown) => void;
}

class Threads implements Crew {
  readonly #place: DiskPlace;
  readonly #walkerFile: string;
  readonly #fixed: boolean;
  readonly #signal: AbortSignal;
  readonly #all = new Map<Worker, Job | undefined>();
  #idle: Worker[] = [];
  #jobs: Job[] = [];
  #nextJob = 0;
  #knowledge: Knowledge | undefined;
  #ended: { readonly reason: unknown } | undefined;
  #calls = 0;
  #waitedMs = 0;

  constructor(place: DiskPlace, readers: number | undefined, signal: AbortSignal, walkerFile: string) {
    this.#place = place;
    this.#walkerFile = walkerFile;
    this.#fixed = readers !== undefined;
    this.#signal = signal;
    for (let n = 0; n < (readers ?? WARM_READERS); n += 1) this.#start();
    signal.addEventListener('abort', this.#abort);
    if (signal.aborted) this.#abort();
  }

  learn(knowledge: Knowledge): void {
    this.#knowledge = knowledge;
    for (const worker of this.#all.keys()) worker.postMessage({ learn: knowledge } satisfies ToWalker);
  }

  ask<Name extends TaskName>(task: Name, ask: Ask<Name>): Promise<Answer<Name>> {
    return new Promise((take, fail) => {
      if (this.#ended !== undefined) return fail(this.#ended.reason);
      this.#jobs.push({ message: { task, ask: ask as never }, take, fail });
      this.#handOut();
    });
  }

  async close(): Promise<void> {
    this.#end(new Error('the readers were sent home'));
    await Promise.all([...this.#all.keys()].map((worker) => worker.terminate()));
  }

  readonly #abort = () => this.#end(this.#signal.reason);

  #start(): void {
    const worker = new Worker(this.#walkerFile, { workerData: this.#place, resourceLimits: LITTLE });
    this.#all.set(worker, undefined);
    this.#idle.push(worker);
    if (this.#knowledge !== undefined) worker.postMessage({ learn: this.#knowledge } satisfies ToWalker);
    worker.on('message', (message: FromWalker) => this.#take(worker, message));
    worker.on('error', (failure) => this.#end(failure));
    worker.unref();
  }

  #handOut(): void {
    while (this.#nextJob < this.#jobs.length) {
      const worker = this.#idle.pop();
      if (worker === undefined) return;
      const job = this.#jobs[this.#nextJob] as Job;
      this.#nextJob += 1;
      this.#all.set(worker, job);
      worker.ref();
      worker.postMessage(job.message);
    }
    this.#jobs = [];
    this.#nextJob = 0;
  }

  #take(worker: Worker, message: FromWalker): void {
    const job = this.#all.get(worker);
    this.#all.set(worker, undefined);
    this.#idle.push(worker);
    worker.unref();
    this.#measure(message);
    this.#handOut();
    if ('answer' in message) {
      job?.take(message.answer as never);
      return;
    }
    const { code, message: text, hint } = message.failure;
    const failure = new CodedError(code, text, hint === undefined ? {} : { hint });
    job?.fail(failure);
    this.#end(failure);
  }

  #measure({ calls, waitedMs }: FromWalker): void {
    if (this.#fixed || this.#all.size >= COLD_READERS) return;
    this.#calls += calls;
    this.#waitedMs += waitedMs;
    if (this.#calls < TRIAL_CALLS) return;
    const isCold = this.#waitedMs / this.#calls > COLD_CALL_MS;
    this.#calls = 0;
    this.#waitedMs = 0;
    if (isCold) while (this.#all.size < COLD_READERS) this.#start();
  }

  /** Nothing more is answered: a part that could not be read makes the rest worthless. */
  #end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#signal.removeEventListener('abort', this.#abort);
    const waiting = [...this.#all.values(), ...this.#jobs.slice(this.#nextJob)];
    this.#jobs = [];
    this.#nextJob = 0;
    for (const job of waiting) job?.fail(reason);
  }
}
