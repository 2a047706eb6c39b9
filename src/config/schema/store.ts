import type { z } from 'zod';
import { parseReadOnlySwitch } from '../../systems/read-only-switch/index.ts';
import { parseStoreAddress } from '../../systems/store/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { readUrl } from '../../util/pure/read-url.ts';
import { registryAddress } from './addresses.ts';
import { complaint } from './complaint.ts';
import { listOf, section } from './containers.ts';
import { checkedText, choice, count, duration, path, share, text, yesNo } from './leaves.ts';

const like = 'distribution-fs:/var/lib/registry';

/** Where a registry's storage lies, as on the command line. The loader makes a folder in it absolute. */
function storeAddress() {
  return checkedText('store', like, (address) => {
    try {
      parseStoreAddress(address);
      return undefined;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return complaint(error.message.replace(/^reading the address of a store: /, ''), error.hint ?? `write ${like}`);
    }
  });
}

/** What a registry remembers of blobs besides its storage. */
function descriptorCache() {
  return checkedText('cache', 'in-memory', (cache) => {
    if (['auto', 'none', 'in-memory'].includes(cache)) return undefined;
    return /^rediss?:\/\/./.test(cache) && readUrl(cache) !== undefined
      ? undefined
      : complaint('it is no cache that a registry has', 'write auto, none, in-memory or redis://HOST:PORT/DB');
  });
}

/** What a registry's read-only mode is switched by. */
function readOnlySwitch() {
  return checkedText('switch', 'deployment:registry/docker-registry', (named) => {
    try {
      parseReadOnlySwitch(named);
      return undefined;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return complaint('it names nothing that switches to read-only mode', error.hint ?? 'write manual');
    }
  });
}

export const storeSchema = section({
  address: storeAddress()
    .exactOptional()
    .describe(
      "The registry's storage, by kind and place: `distribution-fs:DIR`, `trow-files:DIR`, or `s3://BUCKET/PREFIX?endpoint=URL`. DIR is what the registry calls its root directory.",
    ),
  registries: listOf(registryAddress(), '[registry-0.example:5000, registry-1.example:5000]')
    .prefault([])
    .describe(
      'Every registry that serves this storage, each replica by itself: links are removed through them, so that their caches forget. Default: the one of `registry.url`.',
    ),
  cache: descriptorCache()
    .prefault('auto')
    .describe(
      "The registries' blob descriptor cache: `none`, `in-memory`, `redis://HOST:PORT/DB`, or `auto`: by `registryConfig` and the Deployment of `readOnlySwitch` or `restartRegistry`, and what these do not tell is taken for in-memory.",
    ),
  registryConfig: path('/etc/docker/registry/config.yml')
    .exactOptional()
    .describe(
      "The registries' own configuration file, from which `cache: auto` is told: the one that `registry garbage-collect` takes. Variables of their environment go before it, and are only seen where `readOnlySwitch` or `restartRegistry` names a Deployment.",
    ),
  readOnlySwitch: readOnlySwitch()
    .prefault('manual')
    .describe(
      'What puts the registry into read-only mode for a run with `hardPrune.mode: read-only`, and back after it: `deployment:NAMESPACE/NAME` or `deployment:NAMESPACE/NAME/CONTAINER` (a Deployment of Distribution, whose pods are replaced), `openshift` (its image registry operator), or `manual` (somebody else does).',
    ),
  restartRegistry: readOnlySwitch()
    .prefault('manual')
    .describe(
      'What is restarted after a run that removed data for good, or in read-only mode anything at all, so that no server goes on from what its memory holds: `deployment:NAMESPACE/NAME`, `openshift`, or `manual` (nothing). Where `readOnlySwitch` has switched for the run, it was restarted already.',
    ),
  kubeconfig: path('/etc/winnow/kubeconfig')
    .exactOptional()
    .describe(
      "How to reach the cluster of `readOnlySwitch` and `restartRegistry`. Default: as kubectl does, or inside of a cluster the pod's own account.",
    ),
  kubeContext: text('prod-eu', 'name').exactOptional().describe('The context of that file. Default: its current one.'),
  readers: count(8, 1, 64).exactOptional().describe('Readers at once. Default: what suits the storage.'),
});

export const hardPruneSchema = section({
  mode: choice(['online', 'read-only'])
    .prefault('online')
    .describe(
      'Whether pushes go on meanwhile. With `read-only` all registries must refuse writes, which is checked; waiting times may then be zero.',
    ),
  minBlobAge: duration('24h')
    .prefault('24h')
    .describe('What is younger stays, by the newest of its data and all links to it: a push may be under way.'),
  grace: duration('24h')
    .prefault('24h')
    .describe(
      "From the removal of a blob's links to the hiding of its data: longer than any push. At least `2h`, but with `mode: read-only`.",
    ),
  hold: duration('7d')
    .prefault('7d')
    .describe(
      'How long hidden data can be brought back, before it goes for good. At least `1h`, but with `mode: read-only`.',
    ),
  checkAfter: duration('3m', { max: '24h' })
    .prefault('3m')
    .describe(
      'How long after hiding it is checked once more that nothing asks for the data; else it is put back. At least `10s`, but with `mode: read-only`.',
    ),
  uploadAge: duration('168h')
    .prefault('168h')
    .describe('Uploads that were not continued for so long go. At least `2h`, but with `mode: read-only`.'),
  thorough: yesNo()
    .prefault(false)
    .describe(
      'Looks at every single link as well, for those without content, history that leads nowhere, and temporary files beside data.',
    ),
  deleteUntagged: yesNo()
    .prefault(false)
    .describe(
      'Manifests that no tag leads to go as well, unless something else needs them: an index, a subject, a record.',
    ),
  fsck: yesNo()
    .prefault(false)
    .describe(
      'Looks for damage on the whole storage before a run that does something, and once more after it, as `winnow fsck` does: what is broken that was not before is told, and makes the run fail.',
    ),
  maxDeleteRatio: share()
    .prefault(0.3)
    .describe(
      'Share of all blobs, and of their bytes, that one run may let go. Stores with fewer than 20 blobs are exempt.',
    ),
  maxDropShare: share()
    .prefault(0.1)
    .describe('When repositories or tags drop by more than this share since the last run, nothing is deleted.'),
});

export type StoreInput = z.output<typeof storeSchema>;
export type HardPruneInput = z.output<typeof hardPruneSchema>;
