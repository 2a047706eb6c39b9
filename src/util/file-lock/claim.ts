/*
 * A lock as files of one folder, for processes of one machine or of several that share the folder:
 *
 *   <first>                who holds the lock: a Claim. Absent: nobody
 *   <name>.<id>.next       who succeeds the dead holder whose claim has this id, for the moment until it stands in the file above
 *   <name>.<id>.draft      a claim that is not made yet
 *
 * How it stays with one holder, with no lock but a file system that makes a name once:
 *
 *  1. A free lease is taken by giving a finished draft the name of the first file. Names are given once: one wins.
 *  2. A dead holder is succeeded by giving the draft the name `<id of the dead>.next`. Again one wins, and should it die
 *     before step 3 is done, it is succeeded in the same way: a chain of the dead that ends with at most one who lives.
 *  3. The successor looks whether the first file holds the claim of one of the dead in its chain. If so, nobody but it may
 *     change that file (the dead can't, and the place after them is taken), and it puts its claim there. If not, somebody
 *     was faster: it withdraws and begins again. Ids are never used twice, so an old `.next` can't name a new holder.
 *  4. The holder then removes what is left of others.
 *  5. Who releases removes the first file, after looking that it is its own.
 *
 * A sign of life is the file's time of change, made by writing the claim's own bytes over themselves through the handle
 * that was opened at the beginning: it can't revive or overwrite the file of somebody who took over. Ages are differences of
 * two times of the same file system, so clocks that disagree between machines don't matter.
 */

/** Who holds a lock, as its file tells. */
export interface Claim {
  /** Never used twice. */
  readonly id: string;
  readonly scope: string;
  /** In the words of whoever asked. */
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  /** Which table of processes `pid` stands in: boot and pid namespace. Null where the system does not tell. */
  readonly processTable: string | null;
  /** When the process started, in the kernel's own ticks: a pid that is used again has another one. */
  readonly processStart: string | null;
  readonly startedAtMs: number;
}

/** Reads a claim. Undefined: the text is none. */
export function parseClaim(text: string): Claim | undefined {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, scope, holder, host, pid, processTable, processStart, startedAtMs } = value as Record<
    keyof Claim,
    unknown
  >;
  if (typeof id !== 'string' || !/^[0-9a-z-]{1,64}$/.test(id)) return undefined; // it becomes a file name
  if (typeof scope !== 'string' || typeof holder !== 'string' || typeof host !== 'string') return undefined;
  if (typeof pid !== 'number' || typeof startedAtMs !== 'number') return undefined;
  return {
    id,
    scope,
    holder,
    host,
    pid,
    processTable: textOrNull(processTable),
    processStart: textOrNull(processStart),
    startedAtMs,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
