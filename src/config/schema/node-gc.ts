import type { z } from 'zod';
import { parseRuntimeAddress } from '../../systems/runtime/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { complaint } from './complaint.ts';
import { listOf, section } from './containers.ts';
import { checkedText, choice, count, duration, path, text, timeout, yesNo } from './leaves.ts';
import { expressionFault, expressionIn } from './retention-condition.ts';

const like = 'cri:///run/containerd/containerd.sock';

const runtimeAddress = checkedText('runtime', like, (address) => {
  try {
    parseRuntimeAddress(address);
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return complaint(error.message.replace(/^reading the runtime's address "[^"]*": /, ''), `write it like ${like}`);
  }
});

/** `label=KEY[=VALUE]` or `label!=KEY[=VALUE]`. */
const labelFilter = checkedText('label', 'opschain=true', (filter) =>
  /^!?[^=!\s][^=\s]*(=.*)?$/.test(filter)
    ? undefined
    : complaint('it names no label', 'write KEY, KEY=VALUE or !KEY=VALUE'),
);

/** The text of a glob or, between slashes, of an expression, for a whole name with its tag. */
const namePattern = (like: string) =>
  checkedText('pattern', like, (pattern) => {
    const expression = expressionIn(pattern);
    return expression === undefined ? undefined : expressionFault(expression);
  });

const percent = (like: number) => count(like, 0, 100);

const images = section({
  remove: yesNo().prefault(true).describe('Whether images go at all.'),
  minPullAge: duration('10m')
    .prefault('10m')
    .describe('An image that was pulled later stays: a pod may be about to be made from it.'),
  minUnusedAge: duration('24h')
    .exactOptional()
    .describe('How long no container must have used it, as far as earlier runs have seen.'),
  until: duration('72h')
    .exactOptional()
    .describe('How long ago it must have been built, whenever it was pulled: `until` of `docker image prune`.'),
  keepPerRepository: count(2).exactOptional().describe('So many of the latest pulled of each repository stay.'),
  keep: listOf(namePattern('registry.example/base/**'), "['registry.example/base/**']")
    .prefault([])
    .describe('Names that stay: globs, or regular expressions between slashes, for the whole name with its tag.'),
  only: listOf(namePattern('*:1.2.3'), "['*:1.2.3']")
    .prefault([])
    .describe('If given, only images with such a name go. `*:1.2.3` is that version of any image.'),
  labels: listOf(labelFilter, '[opschain=true]')
    .prefault([])
    .describe(
      'If given, only images with all of these labels go: `KEY`, `KEY=VALUE`; `!KEY=VALUE` for one that they must not have.',
    ),
  requireRepullable: yesNo()
    .prefault(false)
    .describe('Only images go that their registry is seen to have still: the others could not come back.'),
});

export const nodeGcSchema = section({
  runtime: runtimeAddress
    .exactOptional()
    .describe(
      "The container runtime's socket: `cri://PATH`, `containerd://PATH?namespace=NAME` or `docker://PATH`. Default: the first of the usual places where there is one.",
    ),
  timeout: timeout('30s').prefault('30s').describe('How long to wait for an answer of the runtime.'),
  nodeName: text('node-1', 'name')
    .exactOptional()
    .describe("The node's name in plans and reports. Default: the host's."),
  containers: choice(['superseded', 'ended', 'none'])
    .prefault('superseded')
    .describe(
      'Which containers go. `superseded`: those that have ended and of which the pod has a newer attempt, as the kubelet does it; `ended`: all that have ended, with what `kubectl logs -p` shows.',
    ),
  sandboxes: choice(['superseded', 'not-ready', 'none'])
    .prefault('superseded')
    .describe(
      'Which sandboxes go. `superseded`: those that are not ready, have no container that stays, and are not the newest of their pod; `not-ready`: the newest, too.',
    ),
  sandboxMinAge: duration('10m').prefault('10m').describe('A sandbox that was made later stays.'),
  images: images.prefault({}).describe('Which images go, of those that nothing on the node uses.'),
  highWatermark: percent(85)
    .exactOptional()
    .describe(
      'Images go only when so many percent of their disk are used, by the kubelet’s formula: `100 - available × 100 / capacity`.',
    ),
  lowWatermark: percent(80)
    .exactOptional()
    .describe('And only until no more than so many percent are used. Required with `highWatermark`.'),
  releaseContent: yesNo()
    .prefault(false)
    .describe(
      'Lets go of the packed layers of images that are unpacked. Refused where that does lasting damage: several snapshotters, a peer-to-peer mirror.',
    ),
  staticPods: path('/etc/kubernetes/manifests')
    .exactOptional()
    .describe('A folder of static pods; what they name stays.'),
});

export type NodeGcInput = z.output<typeof nodeGcSchema>;
