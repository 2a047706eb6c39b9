import * as z from 'zod';
import { CodedError } from '../../util/pure/coded-error.ts';
import { parseDuration } from '../../util/pure/duration.ts';
import { complaint, expected } from './complaint.ts';
import { section } from './containers.ts';
import { choice, count, duration, path, text, yesNo } from './leaves.ts';

const NANOSECONDS_A_MS = 1_000_000;
const SECOND_MS = 1000;

/** How much the pruner says, by the words of OpenShift's operators. */
export const prunerLogLevels = ['Normal', 'Debug', 'Trace', 'TraceAll'] as const;

/**
 * By the words of `oc adm prune images`, and of OpenShift's ImagePruner resource, whose `spec` can be copied to here.
 *
 * @see https://docs.openshift.com/container-platform/4.16/rest_api/operator_apis/imagepruner-imageregistry-operator-openshift-io-v1.html
 */
export const pruneImagesSchema = section({
  all: yesNo().prefault(true).describe('Images that were not pushed to the integrated registry go as well.'),
  keepYoungerThan: durationOrNanoseconds()
    .prefault('60m')
    .describe('What is younger stays. A bare number is nanoseconds, as in an ImagePruner.'),
  keepYoungerThanDuration: duration('60m')
    .exactOptional()
    .describe('The same, by the newer word of an ImagePruner: it goes before `keepYoungerThan`.'),
  keepTagRevisions: count(3).prefault(3).describe('How many of the newest items of each tag stay.'),
  pruneOverSizeLimit: yesNo()
    .prefault(false)
    .describe('Instead of age and revisions: what is larger than a limit of its project goes.'),
  pruneRegistry: yesNo().prefault(true).describe('Links and blobs in the integrated registry go as well.'),
  keepBlobs: yesNo()
    .prefault(false)
    .describe(
      'Links go, and the data behind them stays: `winnow hard-prune` takes it, and can hold it back for a while. The integrated registry itself deletes data for good.',
    ),
  minAge: duration('10m')
    .prefault('10m')
    .describe('Nothing younger goes, whatever the others say: it may be a push under way.'),
  numWorkers: count(5, -1_000_000, 256)
    .transform((workers) => (workers < 1 ? DEFAULT_WORKERS : workers))
    .prefault(5)
    .describe('Deletions under way at a time.'),
  namespace: text('shop', 'name').exactOptional().describe('Only image streams of this project; no data, no Images.'),
  registryUrl: text('https://registry.apps.example.com', 'address')
    .exactOptional()
    .describe('Where the integrated registry is: `[https://|http://]host[:port]`. Default: as the image API tells.'),
  certificateAuthority: path('/etc/winnow/registry-ca.crt')
    .exactOptional()
    .describe(
      "PEM file of an authority that the integrated registry's certificate may be from, besides the kubeconfig's.",
    ),
  forceInsecure: yesNo()
    .prefault(false)
    .describe(
      'Accepts invalid certificates of the integrated registry, and plain HTTP: whoever listens gets the token.',
    ),
  ignoreInvalidImageReferences: yesNo()
    .exactOptional()
    .describe(
      'Of an ImagePruner: `true` goes on where a reference can not be read, and keeps all that it may mean; `false` stops there. Goes before `references.bad`.',
    ),
  logLevel: choice(prunerLogLevels).exactOptional().describe('Of an ImagePruner: goes before `log.level`.'),
  schedule: text('0 0 * * *', 'cron').exactOptional().describe('Of an ImagePruner; kept for the service.'),
  suspend: yesNo().exactOptional().describe('Of an ImagePruner; kept for the service.'),
});

const DEFAULT_WORKERS = 5;

export type PruneImagesInput = z.output<typeof pruneImagesSchema>;

/** `60m`; or a whole number of nanoseconds, of which nobody means less than a second. @returns milliseconds */
function durationOrNanoseconds() {
  const hint = 'write numbers with units, like 60m or 96h';
  return z
    .union([z.string().meta({ pattern: '^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)$' }), z.int().meta({ minimum: 0 })], {
      error: expected('a duration', hint),
    })
    .transform((value, context) => {
      const complain = (what: string) => {
        context.addIssue({ code: 'custom', message: complaint(what, hint) });
        return z.NEVER;
      };
      if (typeof value === 'string') return readDuration(value) ?? complain('it is not a duration');
      const ms = value / NANOSECONDS_A_MS;
      if (value < 0) return complain('it is less than 0');
      return value === 0 || ms >= SECOND_MS ? ms : complain('it has no unit, and is taken for nanoseconds');
    })
    .meta({ word: 'duration', examples: ['60m'] });
}

function readDuration(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
