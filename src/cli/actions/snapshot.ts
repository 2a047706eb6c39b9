import { takeSnapshot } from '../../flows/take-snapshot.ts';
import { type ExitCode, exitCodes } from '../../report/exit-code.ts';
import { renderSnapshot } from '../../report/snapshot/render-snapshot.ts';
import { type ClusterSettings, openCluster } from '../../systems/cluster/index.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import { version } from '../../util/version.ts';
import type { CliErrorCode } from '../errors.ts';
import type { OutputFlags } from '../options/output.ts';
import type { SettingsFlags } from '../options/settings.ts';
import { startProgress } from '../progress.ts';
import { type Session, withSession } from '../session/session.ts';
import { clusterSurroundings, openPlace } from '../session/snapshot-access.ts';
import type { Terminal } from '../terminal.ts';

interface SnapshotFlags extends SettingsFlags, OutputFlags {
  readonly to: string;
  readonly allowGaps?: boolean;
  readonly allowDrop?: boolean;
}

export async function snapshot(terminal: Terminal, flags: SnapshotFlags): Promise<ExitCode> {
  return await withSession(terminal, flags, async (session) => {
    const { settings } = session;
    const cluster = await openCluster(clusterToAsk(session), clusterSurroundings(session));
    const progress = startProgress(terminal, `asking ${cluster.name}`);
    try {
      const place = await openPlace(session, flags.to, terminal.signal);
      const report = await takeSnapshot(
        {
          ...{ cluster, place, by: version, nowMs: terminal.nowMs },
          ...{ allowGaps: flags.allowGaps === true, allowDrop: flags.allowDrop === true },
          options: {
            extractors: settings.references.customResources,
            onProgress: (objects) => progress.update(objects, `${objects} objects`),
          },
        },
        terminal.signal,
      ).finally(() => place.close());
      progress.stop();
      await terminal.print(renderSnapshot(report, flags.output, terminal.paint));
      if (report.refusal === 'drop') return exitCodes.limit;
      return report.gaps.length > 0 ? exitCodes.evidence : exitCodes.done;
    } finally {
      progress.stop();
      await cluster.close();
    }
  });
}

/** The one that is named; without any, the one that kubectl would ask. @throws USAGE_INVALID */
function clusterToAsk({ settings }: Session): ClusterSettings {
  const [first, second] = settings.clusters;
  if (second !== undefined)
    throw usage(
      `${settings.clusters.length} clusters are named, and a snapshot is of one`,
      'name the one with --cluster, as kubernetes:?context=NAME',
    );
  const source: ClusterSettings = first?.source ?? { kind: 'kubernetes', name: 'kubernetes' };
  if (source.kind === 'snapshot')
    throw usage(
      `${source.name} is a snapshot, and one taken of it would look younger than it is`,
      'copy it as it is, or name the cluster itself',
    );
  const name = settings.cluster ?? source.name;
  if (name === source.kind)
    throw usage(
      'the cluster has no name, by which its snapshot could be told from those of others',
      'give it one: --cluster-name prod-eu',
    );
  return { ...source, name };
}

function usage(what: string, hint: string): CodedError<CliErrorCode> {
  return new CodedError('USAGE_INVALID', `taking a snapshot: ${what}`, { hint });
}
