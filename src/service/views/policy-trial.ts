import * as z from 'zod';

/** What one set of policies would delete. */
const effect = z.object({
  name: z.string(),
  tags: z.number(),
  manifests: z.number(),
  freesBytes: z.number(),
  idleRules: z.array(z.string()).default([]),
});

const change = z.object({
  target: z.string(),
  reason: z.string(),
  because: z.string(),
  freesBytes: z.number(),
  before: z.object({ reason: z.string(), because: z.string() }).optional(),
});

const trial = z.object({
  of: z.string(),
  madeAt: z.string(),
  gaps: z.number(),
  tested: effect,
  against: effect.optional(),
  newlyDeleted: z.array(change),
  newlyKept: z.array(change),
});

/** What pages show of `winnow policy test -o json`. */
export type PolicyTrial = z.output<typeof trial>;
export type PolicyEffect = z.output<typeof effect>;
export type PolicyChange = z.output<typeof change>;

/** Reads the document of a trial. @throws ZodError for what is none: the program that wrote it is our own */
export function readTrial(document: unknown): PolicyTrial {
  return trial.parse(document);
}
