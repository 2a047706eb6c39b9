import * as z from 'zod';
import { parseClusterSpec } from '../../systems/cluster/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { complaint } from './complaint.ts';
import { listOf, oneOf } from './containers.ts';
import { checkedText, duration, path, text } from './leaves.ts';

/** Of every kind. */
const common = {
  name: checkedText('name', 'prod-eu', (name) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)
      ? undefined
      : complaint(
          'it has other characters than letters, digits, dots, underscores and dashes',
          'write it like prod-eu',
        ),
  )
    .exactOptional()
    .describe('Name in plans and reports. Default: the context, or the last part of the path; else the kind.'),
  mayHold: listOf(text('registry.example:5000/team', 'registry or part of one'), '[registry.example:5000/team]', 1)
    .exactOptional()
    .describe(
      'Where the images can be that it uses: `HOST[:PORT]`, or that with the beginning of repositories’ names behind it. While it can not be asked, nothing goes there. Default: anywhere.',
    ),
};

const api = {
  kubeconfig: path('/etc/winnow/kubeconfig')
    .exactOptional()
    .describe("How to reach it. Default: as kubectl does, or inside of a cluster the pod's own account."),
  context: text('prod-eu', 'name').exactOptional().describe('The context of that file. Default: its current one.'),
};

const kubernetes = z.strictObject({
  kind: z.literal('kubernetes').describe('A cluster, asked through its API.'),
  ...common,
  ...api,
});

const openshift = z.strictObject({
  kind: z.literal('openshift').describe("The same, with OpenShift's own kinds, which must be there."),
  ...common,
  ...api,
});

const manifests = z.strictObject({
  kind: z.literal('manifests').describe('Objects in files: a GitOps repository, or what `kubectl get -o json` wrote.'),
  ...common,
  path: path('/srv/gitops/prod').describe('A folder of YAML or JSON, read at any depth, or one file.'),
});

const snapshot = z.strictObject({
  kind: z.literal('snapshot').describe('What a cluster used, as `winnow snapshot` wrote it there.'),
  ...common,
  from: text('oci://registry.example:5000/winnow/snapshots:prod-eu', 'place of a snapshot').describe(
    'A file, `oci://HOST/REPOSITORY:TAG`, or `s3://BUCKET/KEY?endpoint=URL&region=REGION`.',
  ),
  maxAge: duration('24h', { min: '1m' })
    .prefault('24h')
    .describe('A snapshot that is older tells nothing: all stays that the cluster could use.'),
});

export const clusterKinds = ['kubernetes', 'openshift', 'manifests', 'snapshot'] as const;

const like = 'kubernetes:?context=prod-eu';

/** The short form, as on the command line. The loader makes a path in it absolute. */
const clusterSpec = checkedText('short form of a cluster', like, (spec) => {
  try {
    parseClusterSpec(spec);
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return complaint(error.message, error.hint ?? `write it like ${like}`);
  }
});

const clusterMap = oneOf('kind', clusterKinds, [kubernetes, openshift, manifests, snapshot]);

/** A cluster, or what stands for one. */
export const clusterSource = z.union([clusterSpec, clusterMap], {
  error: complaint(
    'it is neither the short form of a cluster nor a map',
    `write ${like}, or kind: kubernetes and its other settings`,
  ),
});

export const clustersSchema = listOf(clusterSource, `['${like}']`);

export type ClusterMapInput = z.output<typeof clusterMap>;
export type ClusterInput = z.output<typeof clusterSource>;
