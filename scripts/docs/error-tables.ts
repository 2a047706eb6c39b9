import { applyErrors } from '../../src/apply/errors.ts';
import { imagesErrors } from '../../src/apply/images/errors.ts';
import { hardPruneErrors } from '../../src/apply/store/errors.ts';
import { cliErrors } from '../../src/cli/errors.ts';
import { configErrors } from '../../src/config/errors.ts';
import { demoErrors } from '../../src/demo/errors.ts';
import { evidenceErrors } from '../../src/evidence/saved/errors.ts';
import { snapshotErrors } from '../../src/evidence/snapshot/errors.ts';
import { ociErrors } from '../../src/oci/errors.ts';
import { planErrors } from '../../src/plan/errors.ts';
import { reportErrors } from '../../src/report/errors.ts';
import { type ServiceErrorCode, serviceErrors } from '../../src/service/errors.ts';
import { clusterErrors } from '../../src/systems/cluster/errors.ts';
import { descriptorCacheErrors } from '../../src/systems/descriptor-cache/errors.ts';
import { eventsErrors } from '../../src/systems/events/errors.ts';
import { fleetErrors } from '../../src/systems/fleet/errors.ts';
import { historyErrors } from '../../src/systems/history/errors.ts';
import { integratedRegistryErrors } from '../../src/systems/integrated-registry/errors.ts';
import { journalErrors } from '../../src/systems/journal/errors.ts';
import { leaseErrors } from '../../src/systems/lease/errors.ts';
import { nodeConfigErrors } from '../../src/systems/node-config/errors.ts';
import { pullsErrors } from '../../src/systems/pulls/errors.ts';
import { readOnlyErrors } from '../../src/systems/read-only-switch/errors.ts';
import { recordsErrors } from '../../src/systems/records/errors.ts';
import { REGISTRY_ERRORS } from '../../src/systems/registry/errors.ts';
import { runtimeErrors } from '../../src/systems/runtime/errors.ts';
import { snapshotPlaceErrors } from '../../src/systems/snapshot-place/errors.ts';
import { stateErrors } from '../../src/systems/state/errors.ts';
import { storeErrors } from '../../src/systems/store/errors.ts';
import { valueErrors } from '../../src/util/pure/errors.ts';

export interface ErrorTable {
  readonly title: string;
  /** Where it stands, below `src`. */
  readonly file: string;
  readonly codes: Readonly<Record<string, { readonly meaning: string; readonly hint: string }>>;
  /** Where these codes do not end the program: what to read in place of an exit code. */
  readonly exit?: (code: string) => string | undefined;
}

const ofAnAction = () => '3, or 1 if nothing was done';

/** All tables of error codes, in the order of `docs/errors.md`. A test finds those that are missing here. */
export const errorTables: readonly ErrorTable[] = [
  { title: 'Settings', file: 'config/errors.ts', codes: configErrors },
  { title: 'Values and references', file: 'oci/errors.ts', codes: ociErrors },
  { title: 'Values and references', file: 'util/pure/errors.ts', codes: valueErrors },
  { title: 'Commands', file: 'cli/errors.ts', codes: cliErrors },
  { title: 'Plans and limits', file: 'plan/errors.ts', codes: planErrors },
  { title: 'Saved evidence', file: 'evidence/saved/errors.ts', codes: evidenceErrors },
  { title: 'The registry', file: 'systems/registry/errors.ts', codes: REGISTRY_ERRORS },
  { title: 'The registry’s storage', file: 'systems/store/errors.ts', codes: storeErrors },
  { title: 'The registry’s storage', file: 'apply/store/errors.ts', codes: hardPruneErrors },
  { title: 'The registry’s storage', file: 'systems/descriptor-cache/errors.ts', codes: descriptorCacheErrors },
  { title: 'The registry’s storage', file: 'systems/read-only-switch/errors.ts', codes: readOnlyErrors },
  { title: 'Clusters', file: 'systems/cluster/errors.ts', codes: clusterErrors },
  { title: 'Container runtimes', file: 'systems/runtime/errors.ts', codes: runtimeErrors },
  {
    title: 'All nodes of a cluster',
    file: 'systems/fleet/errors.ts',
    codes: fleetErrors,
    exit: (code) => (code === 'FLEET_JOB_REFUSED' ? 'none: that node has failed' : undefined),
  },
  { title: 'Settings of a node', file: 'systems/node-config/errors.ts', codes: nodeConfigErrors },
  {
    title: 'OpenShift’s integrated registry',
    file: 'systems/integrated-registry/errors.ts',
    codes: integratedRegistryErrors,
    exit: (code) => (code === 'INTEGRATED_REGISTRY_FAILED' ? '3, or 1 if nothing was done' : undefined),
  },
  {
    title: 'OpenShift’s integrated registry',
    file: 'apply/images/errors.ts',
    codes: imagesErrors,
    exit: ofAnAction,
  },
  { title: 'Records', file: 'systems/records/errors.ts', codes: recordsErrors },
  {
    title: 'Clusters and their snapshots',
    file: 'evidence/snapshot/errors.ts',
    codes: snapshotErrors,
    exit: (code) => (code.startsWith('SNAPSHOT_OTHER_') ? undefined : 'none: a gap'),
  },
  { title: 'Clusters and their snapshots', file: 'systems/snapshot-place/errors.ts', codes: snapshotPlaceErrors },
  { title: 'Pulls', file: 'systems/pulls/errors.ts', codes: pullsErrors },
  { title: 'Journal and undo', file: 'systems/journal/errors.ts', codes: journalErrors },
  { title: 'Leases', file: 'systems/lease/errors.ts', codes: leaseErrors },
  {
    title: 'The service',
    file: 'service/errors.ts',
    codes: serviceErrors,
    exit: (code) =>
      /^(SERVE|ACCESS)_/.test(code) ? undefined : `none: HTTP ${serviceErrors[code as ServiceErrorCode].status}`,
  },
  { title: 'The history of the service', file: 'systems/history/errors.ts', codes: historyErrors },
  { title: 'What is remembered between runs', file: 'systems/state/errors.ts', codes: stateErrors },
  {
    title: 'Events',
    file: 'systems/events/errors.ts',
    codes: eventsErrors,
    exit: (code) => (code === 'EVENTS_SETTINGS_INVALID' ? undefined : 'none: a warning'),
  },
  { title: 'Single actions of a run', file: 'apply/errors.ts', codes: applyErrors, exit: ofAnAction },
  { title: 'The demo', file: 'demo/errors.ts', codes: demoErrors },
  { title: 'Bugs', file: 'report/errors.ts', codes: reportErrors },
];
