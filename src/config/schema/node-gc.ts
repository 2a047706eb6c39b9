import * as z from 'zod';
import { parseRuntimeAddress } from '../../systems/runtime/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { complaint } from './complaint.ts';
import { listOf, section } from './containers.ts';
import { checkedText, choice, count, duration, path, share, text, timeout, yesNo } from './leaves.ts';
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

/** Names of Kubernetes' own objects. */
const kubernetesName = (like: string) =>
  checkedText('name', like, (name) =>
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)
      ? undefined
      : complaint('it is no name of Kubernetes', 'take lower case letters, digits, dots and dashes'),
  );

/** `3`, or a share of all: `25%`. */
const countOrShare = z
  .union([count(3).transform((nodes) => ({ nodes })), share().transform((part) => ({ share: part }))], {
    error: () => complaint('it is neither a number nor a share', 'write it like 3, or like 25%'),
  })
  .meta({ word: 'number or share', examples: [3, '25%'] });

const nodePath = (like: string) =>
  checkedText('path on the node', like, (path) =>
    /^\/[^:]*$/.test(path) ? undefined : complaint('it is no absolute path', `write it like ${like}`),
  );

const quantity = (like: string) =>
  checkedText('quantity', like, (text) =>
    /^\d+(\.\d+)?(m|[kMGTPE]|[KMGTPE]i)?$/.test(text)
      ? undefined
      : complaint('it is no quantity of Kubernetes', `write it like ${like}`),
  );

const fleet = section({
  image: text('registry.example/winnow:1.2.3', 'image')
    .exactOptional()
    .describe('The image of the Jobs: one with Winnow in it. Required with `--all-nodes`.'),
  namespace: kubernetesName('winnow-node-gc')
    .prefault('winnow-node-gc')
    .describe('Where the Jobs are made. It must allow folders of the host to be mounted.'),
  serviceAccount: kubernetesName('winnow-node-gc')
    .prefault('winnow-node-gc')
    .describe('The account of the Jobs. It needs no rights, but with `--cluster kubernetes`.'),
  kubeconfig: path('/home/me/.kube/config')
    .exactOptional()
    .describe("Whose nodes. Default: what kubectl would take, or the pod's own account."),
  context: text('prod', 'name').exactOptional().describe("The context in the kubeconfig. Default: the file's own."),
  selector: text('node-role.kubernetes.io/worker=', 'selector')
    .exactOptional()
    .describe('Labels of the nodes, as `kubectl get nodes -l` takes them. Default: all nodes.'),
  parallelism: count(3, 1, 1000).prefault(3).describe('Nodes at once, at most.'),
  deadline: duration('10m', { min: '1s', max: '24h' })
    .prefault('10m')
    .describe('A Job that takes longer is ended by the cluster, and its node has failed.'),
  ttlAfterFinished: duration('1h', { min: '1s' })
    .prefault('1h')
    .describe('How long after its end a Job stays there, for `kubectl logs`.'),
  maxFailures: countOrShare
    .prefault('25%')
    .describe(
      'When so many nodes have failed, no further one is begun: a number, or a share of the nodes that are to be cleaned, but at least two. 0: never.',
    ),
  imagePullSecrets: listOf(kubernetesName('registry-login'), '[registry-login]')
    .prefault([])
    .describe('Secrets with which nodes pull the image.'),
  registrySecret: kubernetesName('registry-login')
    .exactOptional()
    .describe(
      'For `requireRepullable`: a secret of type `kubernetes.io/dockerconfigjson`, with which the Jobs ask registries.',
    ),
  stateDir: nodePath('/var/lib/winnow')
    .prefault('/var/lib/winnow')
    .describe(
      'A folder of each node, for its journals and for since when images are not used. It is made where it is not there.',
    ),
  imagesPath: nodePath('/var/lib/containerd')
    .exactOptional()
    .describe(
      "The folder of images on each node, which is mounted read-only, so that its disk is measured; of rke2 `/var/lib/rancher/rke2/agent/containerd`. Default: the runtime's usual one.",
    ),
  resources: section({
    cpu: quantity('10m').prefault('10m').describe('What each Job requests.'),
    memory: quantity('96Mi').prefault('96Mi').describe('What each Job requests.'),
    memoryLimit: quantity('512Mi').exactOptional().describe('What each Job may take at most. Default: no limit.'),
  })
    .prefault({})
    .describe('Of the Jobs’ pods.'),
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
  fleet: fleet.prefault({}).describe('How `--all-nodes` goes through the nodes of a cluster.'),
});

export type NodeGcInput = z.output<typeof nodeGcSchema>;
