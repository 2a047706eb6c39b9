import type { z } from 'zod';
import { programsThatOnlyLook } from '../../systems/pulls/index.ts';
import { listOf, section } from './containers.ts';
import { duration, path, text, yesNo } from './leaves.ts';
import { prunePoliciesSchema } from './prune-policies.ts';

/** Where pulls are told. */
const pulls = section({
  files: listOf(path('/var/log/registry/events.ndjson'), '[/var/log/registry/events.ndjson]')
    .prefault([])
    .describe(
      'Files of notifications as Distribution sends them, as a webhook wrote them down; or folders of such files.',
    ),
  ignoreUserAgents: listOf(text('trivy'), '[trivy, skopeo]')
    .prefault([...programsThatOnlyLook])
    .describe(
      'Pulls by these programs count for nothing: scanners, mirrors. The beginning of any word in their user agent, in whatever case. A list takes the place of the default.',
    ),
  ignoreActors: listOf(text('scanner', 'name'), '[scanner]')
    .prefault([])
    .describe('Nor do pulls by these users, in whatever case.'),
  pushLease: duration('1h', { min: '0' })
    .prefault('1h')
    .describe(
      'What was pushed so short a time ago, as the files tell, is held in `prune` and `reconcile`, whatever policies say. `0`: nothing is.',
    ),
});

export const pruneSchema = section({
  policies: prunePoliciesSchema
    .prefault([])
    .describe('What becomes of tags that nobody uses. A repository belongs to the first policy that names it.'),
  minAge: duration('24h')
    .prefault('24h')
    .describe('Nothing goes that is younger, whatever a policy says: a push or a roll-out may be under way.'),
  untagByOverwrite: yesNo()
    .prefault(false)
    .describe(
      'Where the registry deletes by digest only and a tag shares its digest with one that stays: push a unique tiny manifest over the tag, and delete that.',
    ),
  keepIndexOfUsedChild: yesNo()
    .prefault(true)
    .describe('Who uses one image of an index keeps the whole index, with its tags.'),
  recheckClustersEvery: duration('60s')
    .prefault('60s')
    .describe('While deleting, the clusters are asked again when the last answer is older than this.'),
  pulls: pulls.exactOptional().describe('Where pulls are told, for rules that go by them.'),
});

export type PruneInput = z.output<typeof pruneSchema>;
