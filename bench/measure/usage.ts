/** What a stretch of work took. */
export interface Usage {
  readonly wallMs: number;
  /** User and system time of this process, all threads. */
  readonly cpuMs: number;
}

export interface Stopwatch {
  /** What was used since the start, or since the last lap. */
  lap(): Usage;
}

export function stopwatch(): Stopwatch {
  let cpu = process.cpuUsage();
  let began = performance.now();
  return {
    lap: () => {
      const { user, system } = process.cpuUsage(cpu);
      const usage = { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
      cpu = process.cpuUsage();
      began = performance.now();
      return usage;
    },
  };
}

/** The most memory that this process has had at any time, in bytes. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** What is still in use after a collection, typed arrays included, in bytes. Needs `--expose-gc`. */
export function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
