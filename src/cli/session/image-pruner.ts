import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ImagePrunerFields, readImagePruner } from '../../config/image-pruner.ts';
import type { Settings } from '../../config/settings.ts';
import {
  readImagePruner as askForImagePruner,
  type ClusterSettings,
  openCluster,
  parseClusterSpec,
} from '../../systems/cluster/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { failureWords } from '../../util/pure/system-failure.ts';
import { type CliErrorCode, cliErrors } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { clusterSurroundings } from './snapshot-access.ts';

/** What takes the cluster's own; a file of that name is `./cluster`. */
const OF_CLUSTER = 'cluster';

interface Surroundings {
  readonly terminal: Terminal;
  readonly settings: Settings;
}

/**
 * The ImagePruner of `--image-pruner`: from a file, or the one of the cluster whose images are pruned, which is asked for it.
 *
 * @throws IMAGE_PRUNER_UNREADABLE, CONFIG_INVALID, CLUSTER_…
 */
export async function openImagePruner(session: Surroundings, fileOrCluster: string): Promise<ImagePrunerFields> {
  const { terminal } = session;
  if (fileOrCluster !== OF_CLUSTER) return await readFromFile(terminal, fileOrCluster);
  const cluster = await prunedCluster(session);
  const object = await askForImagePruner(cluster, terminal.signal);
  return readImagePruner(JSON.stringify(object, null, 2), `imagepruners/cluster of ${cluster.name}`);
}

/** The first with an image API, as `openImages` takes it; a single one needs not be asked. None in the settings: what kubectl would take. */
async function prunedCluster(session: Surroundings): Promise<ClusterSettings> {
  const { settings, terminal } = session;
  const [first, ...others] = settings.clusters;
  if (first === undefined) return parseClusterSpec('openshift');
  if (others.length === 0) return first.source;
  for (const { source } of settings.clusters) {
    const cluster = await openCluster(source, clusterSurroundings(session));
    try {
      if ((await cluster.imageApi(terminal.signal)) !== undefined) return source;
    } finally {
      await cluster.close();
    }
  }
  return first.source;
}

async function readFromFile({ cwd }: Terminal, path: string): Promise<ImagePrunerFields> {
  try {
    return readImagePruner(await readFile(resolve(cwd, path), 'utf8'), path);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const message = `reading the ImagePruner ${path}: ${failureWords(error)}`;
    throw new CodedError<CliErrorCode>('IMAGE_PRUNER_UNREADABLE', message, {
      hint: cliErrors.IMAGE_PRUNER_UNREADABLE.hint,
      cause: error,
    });
  }
}
