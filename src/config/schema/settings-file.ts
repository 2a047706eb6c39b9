import type { z } from 'zod';
import { clustersSchema } from './clusters.ts';
import { mapWith } from './containers.ts';
import { eventsSchema } from './events.ts';
import { path, text } from './leaves.ts';
import { repositoryName } from './names.ts';
import { nodeGcSchema } from './node-gc.ts';
import { pruneSchema } from './prune.ts';
import { pruneImagesSchema } from './prune-images.ts';
import { reconcileSchema } from './reconcile.ts';
import { recordsSchema } from './records.ts';
import { referencesSchema } from './references.ts';
import { registrySchema } from './registry.ts';
import { applySchema, leaseSchema, limitsSchema, logSchema, planSchema } from './running.ts';
import { serveSchema } from './serve.ts';
import { hardPruneSchema, storeSchema } from './store.ts';
import { tagRecordsSchema } from './tag-records.ts';

/**
 * All settings, as a file holds them. Environment, flags, the JSON Schema and docs/config.md are made from this one schema.
 * Defaults stand here, except those that depend on the machine (`stateDir`).
 */
export const settingsFile = mapWith(
  {
    cluster: text('prod-eu', 'name')
      .exactOptional()
      .describe('Name of the cluster. It stands in every plan and event, to tell several clusters apart.'),
    stateDir: path('/var/lib/winnow')
      .exactOptional()
      .describe(
        'Where journals, leases and what is remembered between runs lie. Default `$XDG_STATE_HOME/winnow`, else `~/.local/state/winnow`.',
      ),
    registry: registrySchema.prefault({}).describe('The registry, and how to reach it.'),
    defaultRepository: repositoryName('team/app')
      .prefault('limepoint/opschain-runner-enterprise')
      .describe('The repository of `tag ls` and `tag rm` where none is named.'),
    records: recordsSchema
      .prefault([])
      .describe(
        'Where the records are that own image tags. An entry is a map, or the short form of the command line: `file:records.csv`.',
      ),
    tagRecords: tagRecordsSchema
      .prefault([])
      .describe("How a tag's name tells whose it is, for records that do not name tags themselves."),
    reconcile: reconcileSchema.prefault({}).describe('What `winnow reconcile` may remove.'),
    store: storeSchema.prefault({}).describe("The registry's storage, for `winnow hard-prune`."),
    hardPrune: hardPruneSchema.prefault({}).describe('What `winnow hard-prune` may remove, and how long it waits.'),
    clusters: clustersSchema
      .prefault([])
      .describe(
        'What may use images. An entry is a map, or the short form of the command line: `kubernetes:?context=prod-eu`, `manifests:DIR`, `snapshot:FILE`.',
      ),
    references: referencesSchema.prefault({}).describe('How names of images in clusters are understood.'),
    prune: pruneSchema.prefault({}).describe('What `winnow prune` may remove.'),
    pruneImages: pruneImagesSchema
      .prefault({})
      .describe("What `winnow prune images` may remove from OpenShift's image API and its integrated registry."),
    nodeGc: nodeGcSchema.prefault({}).describe('What `winnow node-gc` may remove from a node.'),
    limits: limitsSchema
      .prefault({})
      .describe('What stops a mistake: a plan beyond a limit is shown, but not applied.'),
    plan: planSchema.prefault({}).describe('Plans.'),
    apply: applySchema.prefault({}).describe('Applying a plan, and taking it back.'),
    lease: leaseSchema.prefault({}).describe('One run at a time changes a registry.'),
    serve: serveSchema.prefault({}).describe('The service: `winnow serve`.'),
    events: eventsSchema
      .prefault([])
      .describe(
        'Where the summary event goes after each run: `registry_reconcile.summary` of `winnow reconcile`, `prune_images.summary` of `winnow prune images`, `hard_prune.summary` of `winnow hard-prune`, `node_gc.summary` of `winnow node-gc`.',
      ),
    log: logSchema.prefault({}).describe('Logging.'),
  },
  'write settings like registry: or records:, each on a line of its own',
).describe('Settings of Winnow');

export type SettingsInput = z.output<typeof settingsFile>;
