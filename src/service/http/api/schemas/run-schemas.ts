import * as z from 'zod';
import type { AuditEntry, HistoryEvent, RunRecord } from '../../../../systems/history/contract.ts';
import { runStates } from '../../../../systems/history/index.ts';
import { atMs, bytes, named, pageOf, whole } from '../named.ts';

const counts = z.strictObject({
  found: whole().exactOptional(),
  live: whole().exactOptional(),
  planned: whole().exactOptional(),
  removed: whole().exactOptional(),
  skipped: whole().exactOptional(),
  failed: whole().exactOptional(),
});

const progress = z.strictObject({
  title: z.string(),
  done: z.number(),
  total: z.number().exactOptional(),
  words: z.string(),
  atMs: atMs(),
});

const decision = {
  why: z.array(z.string()).exactOptional().describe('Why it waits, was refused or failed'),
  decidedBy: z.string().exactOptional(),
  decidedAtMs: atMs().exactOptional(),
  undoOf: z.string().exactOptional().describe('The run that is taken back'),
  undoneBy: z.string().exactOptional(),
  journals: z.array(z.string()).exactOptional(),
  appliedAt: z.array(z.string()).exactOptional().describe('State directories with its journals, by host and path'),
  undoneAt: z.array(z.string()).exactOptional().describe('Those of them from which all was brought back'),
  moreArguments: z.array(z.string()).exactOptional().describe('For this run alone: limits that were raised'),
  progress: progress.exactOptional(),
  replica: z.string().exactOptional(),
};

export const runSchema = named(
  'Run',
  z.strictObject({
    id: z.string(),
    schedule: z.string(),
    flow: z.string(),
    target: z.string().exactOptional().describe('A registry, a storage, a node, a cluster'),
    trigger: z.enum(['schedule', 'catch-up', 'person', 'undo']),
    by: z.string().exactOptional(),
    dueAtMs: atMs(),
    state: z.enum(runStates),
    startedAtMs: atMs().exactOptional(),
    applyStartedAtMs: atMs().exactOptional(),
    endedAtMs: atMs().exactOptional(),
    planId: z.string().exactOptional(),
    planHash: z.string().exactOptional().describe('sha256 of the plan document: what is approved is exactly this'),
    planExpiresAtMs: atMs().exactOptional(),
    broken: z.array(z.string()).exactOptional().describe('Limits that the plan breaks: it can be shown, not applied'),
    gaps: whole().exactOptional(),
    counts: counts.exactOptional(),
    plannedBytes: bytes().exactOptional(),
    freedBytes: bytes().exactOptional(),
    exitCode: whole().exactOptional(),
    ...decision,
  }),
  'One run of a schedule.',
) satisfies z.ZodType<RunRecord>;

export const runPage = pageOf('RunPage', runSchema);

export const eventSchema = named(
  'Event',
  z.strictObject({
    id: whole(),
    atMs: atMs(),
    runId: z.string().exactOptional(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
  'Something that happened to a run, or to the service.',
) satisfies z.ZodType<HistoryEvent>;

export const eventPage = pageOf('EventPage', eventSchema);

export const auditSchema = named(
  'AuditEntry',
  z.strictObject({
    id: whole(),
    atMs: atMs(),
    who: z.string(),
    role: z.string(),
    what: z.string(),
    runId: z.string().exactOptional(),
    planHash: z.string().exactOptional(),
    note: z.string().exactOptional(),
  }),
  'Who did what.',
) satisfies z.ZodType<AuditEntry>;

export const auditPage = pageOf('AuditPage', auditSchema);
