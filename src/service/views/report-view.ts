import * as z from 'zod';

/** As much of a run's report (JSON of `apply`, `undo` or a plan) as pages show. What is not there is left out, not guessed. */
const reportSchema = z.object({
  outcome: z.string().optional(),
  counts: z.record(z.string(), z.unknown()).optional(),
  causes: z.array(z.object({ result: z.string(), cause: z.string(), count: z.number() })).optional(),
  undone: z
    .array(
      z.object({
        n: z.number().optional(),
        guard: z.string().optional(),
        code: z.string().optional(),
        why: z.string().optional(),
      }),
    )
    .optional(),
  repositories: z
    .array(
      z.object({
        repository: z.string(),
        found: z.number().optional(),
        live: z.number().optional(),
        removed: z.number().optional(),
        freedBytes: z.number().optional(),
      }),
    )
    .optional(),
  unfinished: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});

type Report = z.output<typeof reportSchema>;

/** Actions that were not done for the same reason. */
export interface CauseView {
  /** `skipped` or `failed`. */
  readonly result: string;
  /** The guard's name, or the error's code. */
  readonly cause: string;
  readonly count: number;
  /** What it said of the first of them. */
  readonly example: string | undefined;
}

export interface RepositoryView {
  readonly repository: string;
  readonly found?: number | undefined;
  readonly live?: number | undefined;
  readonly removed?: number | undefined;
  readonly freedBytes?: number | undefined;
}

export interface ReportView {
  readonly outcome: string | undefined;
  /** The most frequent first. */
  readonly causes: readonly CauseView[];
  /** Those of which something was removed first, then by name. */
  readonly repositories: readonly RepositoryView[];
  readonly unfinished: readonly { readonly what: string; readonly why: string }[];
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string | undefined } | undefined;
}

/** @returns undefined where it is no JSON, or not of this form: a process that was killed leaves half a document. */
export function reportViewOf(json: string): ReportView | undefined {
  const read = reportSchema.safeParse(parsed(json));
  if (!read.success) return undefined;
  const { outcome, repositories = [], unfinished = [], error } = read.data;
  return {
    outcome,
    causes: causesOf(read.data),
    repositories: repositories.toSorted(
      (a, b) => (b.removed ?? 0) - (a.removed ?? 0) || (a.repository < b.repository ? -1 : 1),
    ),
    unfinished,
    error,
  };
}

function causesOf({ causes = [], undone = [] }: Report): readonly CauseView[] {
  return causes
    .map((one) => ({ ...one, example: undone.find(({ guard, code }) => (guard ?? code) === one.cause)?.why }))
    .sort((a, b) => b.count - a.count);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
