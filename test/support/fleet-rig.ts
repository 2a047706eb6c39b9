import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { NodeReport } from '../../src/report/node/node-report.ts';
import { reportLines } from '../../src/systems/fleet/report-lines.ts';
import { type FakeDocker, startFakeDocker } from './fake-docker-engine.ts';
import { type FakeKubelet, type FakePod, putNodes, startFakeKubelet } from './fake-kubelet.ts';
import { type KubeApiServer, startKubeApiServer } from './kube-api-server/kube-api-server.ts';
import { type CliResult, runCli, spawnCli } from './run-cli.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A cluster whose nodes each have an engine of their own, and on which Jobs run the built command. */
export interface FleetRig {
  readonly server: KubeApiServer;
  readonly kubelet: FakeKubelet;
  /** By node; a test may put another in its place. */
  readonly engines: Map<string, FakeDocker>;
  /** What a test wants of a pod in place of the command; undefined: nothing else. */
  instead: (pod: FakePod, write: (text: string) => void) => Promise<number> | undefined;
  /** Runs what a pod's container would, with what is mounted into it. */
  inPod(pod: FakePod, write: (text: string) => void): Promise<number>;
  /** Tells at once what a dry run would on a node with these images, where a test is about the fleet and not about nodes. */
  tells(pod: FakePod, write: (text: string) => void): Promise<number>;
  /** Of `winnow`: a fleet over these nodes. */
  args(...more: readonly string[]): readonly string[];
  winnow(...more: readonly string[]): Promise<CliResult>;
}

/** Names of images of running containers, and of images that nothing uses. */
export interface NodeImages {
  readonly used: readonly string[];
  readonly unused: readonly string[];
}

/** @param home - of the fleet */
export async function startFleetRig(nodes: Readonly<Record<string, NodeImages>>, home: string): Promise<FleetRig> {
  const server = await startKubeApiServer();
  server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'winnow-node-gc' } });
  putNodes(server, Object.keys(nodes));
  const engines = new Map<string, FakeDocker>();
  const folders = new Map<string, string>();
  for (const [node, { used, unused }] of Object.entries(nodes)) {
    engines.set(node, await startFakeDocker(used, unused));
    folders.set(node, makeTempFolder(`state-${node}`));
  }

  async function inPod({ node, args, files, killed }: FakePod, write: (text: string) => void): Promise<number> {
    const mounted = makeTempFolder(`files-${node}`);
    for (const [path, bytes] of files) writeFileSync(join(mounted, basename(path)), bytes);
    const mapped = args.map((word) =>
      (files.has(word) ? join(mounted, basename(word)) : word)
        .replace('docker:///var/run/docker.sock', `docker://${engines.get(node)?.socket}`)
        .replace('--state-dir=/var/lib/winnow', `--state-dir=${folders.get(node)}`),
    );
    const process = spawnCli(mapped, { timeoutMs: 120_000 });
    killed.addEventListener('abort', () => process.kill('SIGKILL'));
    const { code, stdout, stderr } = await process.exited;
    write(`${stderr}${stdout}`);
    return code ?? 137;
  }

  async function tells({ node, args }: FakePod, write: (text: string) => void): Promise<number> {
    const { used = [], unused = [] } = nodes[node] ?? {};
    const report: NodeReport = {
      ...{ winnow: 'node-report/v1', node, by: 'test', exitCode: 0, runId: `run-${node}` },
      mode: args.includes('--confirm') ? 'apply' : 'plan',
      work: {
        ...{ runtime: 'docker:///var/run/docker.sock', found: { containers: used.length, sandboxes: 0, images: 3 } },
        ...{ removed: { containers: 0, sandboxes: 0, images: unused.length }, predictedBytes: 1_000_000 },
        ...{ exactBytes: false, freedBytes: 0, disks: [], skipped: 0, failed: 0, gaps: 0, causes: [] },
      },
      uses: { takenAtMs: Date.now(), images: used, unseen: [] },
    };
    write(`${(reportLines(JSON.stringify(report)) ?? []).join('\n')}\n`);
    return 0;
  }

  const rig: Omit<FleetRig, 'kubelet'> = {
    ...{ server, engines, inPod, tells, instead: () => undefined },
    args: (...more) => [
      ...['node-gc', '--all-nodes', '--kubeconfig', server.kubeconfig, '--fleet-image', 'registry.example/winnow:1'],
      ...['--runtime', 'docker:///var/run/docker.sock', '--min-pull-age', '0s', ...more],
    ],
    winnow: (...more) => runCli(rig.args(...more), { home, timeoutMs: 180_000 }),
  };
  const kubelet = startFakeKubelet(server, async (pod, write) => await (rig.instead(pod, write) ?? inPod(pod, write)));
  return Object.assign(rig, { kubelet });
}
