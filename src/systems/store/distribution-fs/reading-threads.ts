import { Worker } from 'node:worker_threads';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { DiskPlace } from '../on-disk/careful-read.ts';
import type { Crew } from './crew.ts';
import type { Knowledge, TaskName } from './tasks.ts';

/** Each with the piece of work that it belongs to. */
export type ToWalker = { readonly crew: number } & (
  | { readonly learn: Knowledge }
  | { readonly task: TaskName; readonly ask: never }
  | { readonly over: true }
);
/** With how long it waited for the disk, and how often it asked it. */
export type FromWalker = { readonly waitedMs: number; readonly calls: number } & (
  | { readonly answer: unknown }
  | { readonly failure: { readonly code: string; readonly message: string; readonly hint: string | undefined } }
);

/** A disk that answers from memory keeps two readers busy; one that has to look wants more of them, whatever the cores. */
const WARM_READERS = 2;
const COLD_READERS = 8;
/** So many calls take a reader a good second: from then on a second one pays what its start and its warming up cost. */
const MANY_CALLS = 60_000;
/** After so many calls a disk shows how it is, and waiting longer than this for one on the average says that it has to look. */
const TRIAL_CALLS = 400;
const COLD_CALL_MS = 0.2;

/** What a reader makes is short-lived: a larger nursery would only hold more of it. */
const LITTLE = { maxYoungGenerationSizeMb: 8 };

interface Job {
  readonly work: Work;
  readonly message: ToWalker;
  readonly take: (answer: never) => void;
  readonly fail: (reason: unknown) => void;
}

/** A piece of work that is under way. */
interface Work {
  readonly number: number;
  knowledge?: Knowledge;
  ended?: { readonly reason: unknown };
}

/** Threads that read, and what they have to do. */
export class Threads {
  readonly place: DiskPlace;
  readonly #walkerFile: string;
  #fixed: number | undefined;
  readonly #all = new Map<Worker, Job | undefined>();
  readonly #works = new Set<Work>();
  #idle: Worker[] = [];
  #jobs: Job[] = [];
  #nextJob = 0;
  #nextWork = 0;
  #calls = 0;
  #trialCalls = 0;
  #waitedMs = 0;
  #isOver = false;

  /** @param fixed - so many, whatever there is to read */
  constructor(place: DiskPlace, fixed: number | undefined, walkerFile: string) {
    this.place = place;
    this.#walkerFile = walkerFile;
    this.#fixed = fixed;
  }

  /** One of them broke, or they were sent home. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** So many, whatever there is to read; none is sent home for it. */
  keepTo(readers: number): void {
    this.#fixed = readers;
  }

  crew(signal: AbortSignal): Crew {
    const work: Work = { number: this.#nextWork };
    this.#nextWork += 1;
    this.#works.add(work);
    const abort = () => this.#end(work, signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    return {
      learn: (knowledge) => {
        work.knowledge = knowledge;
        for (const worker of this.#all.keys())
          worker.postMessage({ crew: work.number, learn: knowledge } satisfies ToWalker);
      },
      ask: (task, ask) =>
        new Promise((take, fail) => {
          if (work.ended !== undefined) return fail(work.ended.reason);
          const message: ToWalker = { crew: work.number, task, ask: ask as never };
          this.#jobs.push({ work, message, take: take as Job['take'], fail });
          this.#startFirst();
          this.#handOut();
        }),
      close: () => {
        signal.removeEventListener('abort', abort);
        this.#end(work, new Error('the readers were sent home'));
      },
    };
  }

  async close(): Promise<void> {
    this.#isOver = true;
    for (const work of this.#works) this.#end(work, new Error('the readers were sent home'));
    await Promise.all([...this.#all.keys()].map((worker) => worker.terminate()));
  }

  #startFirst(): void {
    while (this.#all.size < (this.#fixed ?? 1)) this.#start();
  }

  #start(): void {
    const worker = new Worker(this.#walkerFile, { workerData: this.place, resourceLimits: LITTLE });
    this.#all.set(worker, undefined);
    this.#idle.push(worker);
    for (const { number, knowledge } of this.#works)
      if (knowledge !== undefined) worker.postMessage({ crew: number, learn: knowledge } satisfies ToWalker);
    worker.on('message', (message: FromWalker) => this.#take(worker, message));
    worker.on('error', (failure) => {
      this.#isOver = true;
      for (const work of this.#works) this.#end(work, failure);
    });
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
    if (job === undefined || job.work.ended !== undefined) return;
    if ('answer' in message) {
      job.take(message.answer as never);
      return;
    }
    const { code, message: text, hint } = message.failure;
    const failure = new CodedError(code, text, hint === undefined ? {} : { hint });
    job.fail(failure);
    this.#end(job.work, failure);
  }

  /** Starts more of them when what was read so far says that they pay. */
  #measure({ calls, waitedMs }: FromWalker): void {
    if (this.#fixed !== undefined || this.#all.size >= COLD_READERS) return;
    this.#calls += calls;
    this.#trialCalls += calls;
    this.#waitedMs += waitedMs;
    let wanted = this.#calls > MANY_CALLS ? WARM_READERS : 1;
    if (this.#trialCalls >= TRIAL_CALLS) {
      if (this.#waitedMs / this.#trialCalls > COLD_CALL_MS) wanted = COLD_READERS;
      this.#trialCalls = 0;
      this.#waitedMs = 0;
    }
    if (this.#jobs.length > this.#nextJob) while (this.#all.size < wanted) this.#start();
  }

  /** Nothing more of it is answered: a part that could not be read makes the rest worthless. */
  #end(work: Work, reason: unknown): void {
    if (work.ended !== undefined) return;
    work.ended = { reason };
    this.#works.delete(work);
    const waiting = [...this.#all.values(), ...this.#jobs.slice(this.#nextJob)].filter((job) => job?.work === work);
    this.#jobs = this.#jobs.slice(this.#nextJob).filter((job) => job.work !== work);
    this.#nextJob = 0;
    for (const worker of this.#all.keys()) worker.postMessage({ crew: work.number, over: true } satisfies ToWalker);
    for (const job of waiting) job?.fail(reason);
  }
}
