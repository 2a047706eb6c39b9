import * as z from 'zod';
import { accessRoles } from '../../../../config/serve-settings.ts';
import { runStates } from '../../../../systems/history/index.ts';
import type { ScheduleView } from '../../../desk.ts';
import { atMs, bytes, named, whole } from '../named.ts';
import { runSchema } from './run-schemas.ts';

export const scheduleSchema = named(
  'Schedule',
  z.strictObject({
    name: z.string(),
    flow: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    mode: z.enum(['plan', 'approve', 'auto']),
    suspended: z.boolean(),
    nextDueAtMs: atMs().exactOptional(),
    intervalMs: z.number().exactOptional(),
    lastRun: runSchema.exactOptional(),
    lastSuccess: runSchema.exactOptional(),
  }),
) satisfies z.ZodType<ScheduleView>;

export const summarySchema = named(
  'Summary',
  z.strictObject({
    version: z.string(),
    replica: z.string(),
    leads: z.boolean().describe('Whether this replica runs the schedules'),
    troubles: z.array(z.string()).describe('What is wrong with the service itself'),
    runsByState: z.partialRecord(z.enum(runStates), whole()),
    waiting: z.array(runSchema).describe('Plans that wait for a person; the newest 50'),
    registries: whole(),
    bytes: bytes().describe('In all registries'),
    reclaimableBytes: bytes().describe('What the last plans would free, as far as inventories tell'),
    nextDueAtMs: atMs().exactOptional(),
  }),
  'How the service stands.',
);

export const meSchema = named(
  'Me',
  z.strictObject({
    name: z.string(),
    role: z.enum(accessRoles),
    signedInBy: z.enum(['token', 'session', 'proxy', 'oidc', 'loopback']),
  }),
);

export const problemSchema = named(
  'Problem',
  z.strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: whole(),
    detail: z.string(),
    code: z.string(),
    hint: z.string().exactOptional(),
  }),
  'An error (RFC 9457), with a code as in docs/errors.md and one next step.',
);
