import type { z } from 'zod';
import { postgresAddress } from './addresses.ts';
import { section } from './containers.ts';
import { choice, count, duration, path, share, text, timeout } from './leaves.ts';

export const limitsSchema = section({
  maxDeletions: count(1000).exactOptional().describe('Tags removed in one run.'),
  maxShare: share()
    .prefault(0.9)
    .describe(
      'Share of all tags of the registry that one run may remove. Registries with fewer than 20 tags are exempt.',
    ),
  maxShareOfRepository: share()
    .exactOptional()
    .describe('Share of the tags of any one repository, with the same exemption.'),
  minRemaining: count(1)
    .exactOptional()
    .describe('Tags that must remain in each repository from which any is removed.'),
  maxDropShare: share()
    .prefault(0.5)
    .describe(
      'When what a source lists drops by more than this share since the last run, nothing is deleted: it looks like an accident.',
    ),
});

export const planSchema = section({
  expiresAfter: duration('24h', { min: '1s' }).prefault('24h').describe('How long a saved plan may be applied.'),
});

export const applySchema = section({
  concurrency: count(8, 1, 256).prefault(8).describe('Deletions under way at a time.'),
  recheckRecordsEvery: duration('30s')
    .prefault('30s')
    .describe('While deleting, the records are read again when the last answer is older than this.'),
  undoFor: duration('30d', { min: '1h' })
    .prefault('30d')
    .describe('How long a run can be undone: older journals are forgotten.'),
});

export const leaseSchema = section({
  kind: choice(['file', 'postgres', 'kubernetes'])
    .prefault('file')
    .describe(
      'Where runs see each other: in the state directory of one machine, in a database that all of them reach, or as Leases of a cluster.',
    ),
  url: postgresAddress().exactOptional().describe('The database, with `kind: postgres`. Nothing is created in it.'),
  namespace: text('winnow', 'namespace')
    .exactOptional()
    .describe("Of the Leases, with `kind: kubernetes`. Default: the pod's own, else the context's."),
  kubeconfig: path('/etc/winnow/kubeconfig')
    .exactOptional()
    .describe("How to reach that cluster. Default: as kubectl does, or inside of a cluster the pod's own account."),
  context: text('prod-eu', 'name').exactOptional().describe('The context of that file. Default: its current one.'),
  ttl: timeout('60s', '5s').prefault('60s').describe('How long a run may be silent before another takes its place.'),
});

export const logSchema = section({
  level: choice(['debug', 'info', 'warn', 'error'])
    .prefault('warn')
    .describe('The least that is logged: `info` has a line for each deletion, `warn` one for each that was not done.'),
  format: choice(['text', 'json']).prefault('text').describe('How the log is written, to stderr.'),
});

export type LeaseInput = z.output<typeof leaseSchema>;
