import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openChannel } from '../../src/systems/runtime/grpc/channel.ts';
import { atEnd } from './at-end.ts';
import { startChild } from './child.ts';
import { criRigProto } from './cri-rig-proto.ts';
import { programPath } from './requirements.ts';

/** A containerd of its own, with CRI, on a socket in a folder of its own. */
export interface Containerd {
  readonly socket: string;
  readonly folder: string;
  readonly version: string;
  /** Hangs it: calls get no answer until it is resumed. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it (by its own pid) and starts it again on the same state. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ContainerdOptions {
  /** A folder of this test alone; short, since a socket's path may have 107 characters. */
  readonly folder: string;
  /** `127.0.0.1:PORT` of a registry over plain HTTP. */
  readonly registry: string;
  /** Name of the sandbox image there. */
  readonly pause: string;
  /** Folder of another version's binaries (containerd and its shims); default: Debian's. */
  readonly binaries?: string;
  /** Numeric group of the socket. */
  readonly gid?: number;
  /** A second runtime handler `alt` on the snapshotter `native` (1.7 and newer). */
  readonly secondSnapshotter?: boolean;
  readonly discardUnpackedLayers?: boolean;
}

/** Starts a containerd and waits until its CRI answers. It ends with the test file, with all pods in it. */
export async function startContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { folder, registry, binaries } = options;
  const socket = join(folder, 'c.sock');
  const program = binaries === undefined ? programPath('containerd') : join(binaries, 'containerd');
  const version = /v?(\d+\.\d+\.\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? '0';
  for (const name of ['cni/bin', 'cni/net.d', 'opt', 'logs', `certs.d/${registry}`])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(
    join(folder, 'certs.d', registry, 'hosts.toml'),
    `server = "http://${registry}"\n[host."http://${registry}"]\n  capabilities = ["pull","resolve"]\n`,
  );
  const config = join(folder, 'config.toml');
  await writeFile(config, configOf(options, Number(version.split('.')[0])));

  const start = () =>
    startChild({
      command: program,
      args: ['--config', config],
      // Its own shims first.
      env: { PATH: `${dirname(program)}:${process.env['PATH']}` },
      isReady: () => answers(socket),
    });
  let child = await start();
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= (async () => {
      await removePods(socket);
      await child.stop();
      await unmountBelow(folder);
      await rm(folder, { recursive: true, force: true });
    })());
  atEnd(stop);
  return {
    ...{ socket, folder, version, stop },
    pause: async () => void process.kill(child.pid, 'SIGSTOP'),
    resume: async () => void process.kill(child.pid, 'SIGCONT'),
    restart: async () => {
      await child.stop();
      child = await start();
      atEnd(stop); // endings go backwards: pods before this daemon
    },
  };
}

async function answers(socket: string): Promise<boolean> {
  const channel = openChannel({ socket, proto: criRigProto, service: 'runtime.v1.RuntimeService', timeoutMs: 1000 });
  try {
    return (await channel.call('Version', {}, new AbortController().signal)) !== undefined;
  } finally {
    channel.close();
  }
}

function configOf(
  { folder, pause, gid, secondSnapshotter, discardUnpackedLayers }: ContainerdOptions,
  major: number,
): string {
  const runtime = (base: string, name: string, more = '') =>
    `[plugins."${base}".containerd.runtimes.${name}]\n  runtime_type = "io.containerd.runc.v2"\n${more}` +
    `[plugins."${base}".containerd.runtimes.${name}.options]\n  SystemdCgroup = false\n  Root = "${folder}/runc"\n`;
  const head = `root = "${folder}/root"\nstate = "${folder}/state"\n[grpc]\n  address = "${folder}/c.sock"\n${gid === undefined ? '' : `  gid = ${gid}\n`}[plugins."io.containerd.internal.v1.opt"]\n  path = "${folder}/opt"\n`;
  const cni = (base: string) =>
    `[plugins."${base}".cni]\n  bin_dir = "${folder}/cni/bin"\n  conf_dir = "${folder}/cni/net.d"\n`;
  if (major < 2) {
    const base = 'io.containerd.grpc.v1.cri';
    return (
      `version = 2\n${head}[plugins."${base}"]\n  sandbox_image = "${pause}"\n  disable_apparmor = true\n  restrict_oom_score_adj = true\n  stream_server_address = "127.0.0.1"\n` +
      cni(base) +
      `[plugins."${base}".containerd]\n  snapshotter = "overlayfs"\n  default_runtime_name = "runc"\n  discard_unpacked_layers = ${discardUnpackedLayers === true}\n` +
      runtime(base, 'runc') +
      (secondSnapshotter === true ? runtime(base, 'alt', '  snapshotter = "native"\n') : '') +
      `[plugins."${base}".registry]\n  config_path = "${folder}/certs.d"\n`
    );
  }
  const images = 'io.containerd.cri.v1.images';
  const base = 'io.containerd.cri.v1.runtime';
  return (
    `version = 3\n${head}[plugins."${images}"]\n  snapshotter = "overlayfs"\n  discard_unpacked_layers = ${discardUnpackedLayers === true}\n` +
    `[plugins."${images}".pinned_images]\n  sandbox = "${pause}"\n[plugins."${images}".registry]\n  config_path = "${folder}/certs.d"\n` +
    `[plugins."${base}"]\n  disable_apparmor = true\n  restrict_oom_score_adj = true\n${cni(base)}[plugins."${base}".containerd]\n  default_runtime_name = "runc"\n` +
    runtime(base, 'runc') +
    (secondSnapshotter === true ? runtime(base, 'alt', '  snapshotter = "native"\n') : '') +
    `[plugins."io.containerd.grpc.v1.cri"]\n  stream_server_address = "127.0.0.1"\n`
  );
}

/** Else shims and their mounts outlive the daemon. A pod under way may refuse once. */
async function removePods(socket: string): Promise<void> {
  const channel = openChannel({ socket, proto: criRigProto, service: 'runtime.v1.RuntimeService', timeoutMs: 15_000 });
  const { signal } = new AbortController();
  try {
    for (let n = 0; n < 5; n += 1) {
      const list = await channel.call<{ items: { id: string }[] }>('ListPodSandbox', {}, signal);
      if (list === undefined || list.items.length === 0) return;
      for (const { id } of list.items)
        for (const method of ['StopPodSandbox', 'RemovePodSandbox'])
          await channel
            .call(method, { pod_sandbox_id: id }, signal)
            .catch(() => new Promise((go) => setTimeout(go, 200)));
    }
  } finally {
    channel.close();
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse();
  for (const path of mounts) spawnSync('umount', ['-l', path]);
}
