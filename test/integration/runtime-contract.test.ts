import { runtimeContract } from '../../src/systems/runtime/contract.suite.ts';
import { openRuntime, type RuntimeAddress } from '../../src/systems/runtime/index.ts';
import { startDockerRegistry } from '../support/docker-registry.ts';
import { startDockerd } from '../support/dockerd.ts';
import { startNode } from '../support/node-rig.ts';
import { describeReal } from '../support/requirements.ts';
import { busyboxLayer, paddingLayer, pushRunnable } from '../support/runnable-image.ts';

const needs = ['containerd', 'runc', 'docker-registry', '/bin/busybox'];
const open = (address: RuntimeAddress) =>
  openRuntime(address, { timeoutMs: 30_000, nowMs: Date.now }, new AbortController().signal);

async function pushBoth(url: string): Promise<void> {
  for (const name of ['used', 'unused']) {
    const layers = [busyboxLayer(), paddingLayer(name, 50_000)];
    await pushRunnable(url, name, { tag: '1', layers, labels: { 'made-for': 'the contract' } });
  }
}

describeReal('containerd', needs, () => {
  async function startWorld() {
    const { registry, rig, host, containerd } = await startNode();
    await pushBoth(registry.url);
    for (const name of ['used:1', 'unused:1']) await rig.pull(host + name);
    await rig.container(await rig.pod('web'), { image: `${host}used:1` });
    return { socket: containerd.socket, used: `${host}used:1`, unused: `${host}unused:1` };
  }

  runtimeContract('containerd by CRI', async () => {
    const { socket, ...images } = await startWorld();
    return { ...images, tellsPulls: true, runtime: await open({ kind: 'cri', socket }) };
  });

  runtimeContract('containerd by its own services', async () => {
    const { socket, ...images } = await startWorld();
    return { ...images, tellsPulls: true, runtime: await open({ kind: 'containerd', socket, namespace: 'k8s.io' }) };
  });
});

describeReal('Docker', [...needs, 'dockerd'], () => {
  runtimeContract('Docker', async () => {
    const registry = await startDockerRegistry();
    await pushBoth(registry.url);
    const docker = await startDockerd(registry.host);
    const [used, unused] = ['used:1', 'unused:1'].map((name) => `${registry.host}/${name}`) as [string, string];
    for (const image of [used, unused])
      await docker.ask('POST', `/images/create?fromImage=${encodeURIComponent(image)}`);
    const settings = { Image: used, HostConfig: { NetworkMode: 'host' } };
    const { Id } = (await docker.ask('POST', '/containers/create', settings)) as { Id: string };
    await docker.ask('POST', `/containers/${Id}/start`);
    return { used, unused, tellsPulls: false, runtime: await open({ kind: 'docker', socket: docker.socket }) };
  });
});
