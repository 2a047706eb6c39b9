/*
 * Where the files of a node lie, below its root:
 *
 *   kubelet      /var/lib/kubelet/config.yaml                         kubeadm and most others
 *                /etc/kubernetes/kubelet/config.json, kubelet-config.json   EKS
 *                kubeadm-flags.env, /etc/default, /etc/sysconfig      flags, which win over the file
 *   k3s, rke2    /etc/rancher/NAME/config.yaml, config.yaml.d/*.yaml
 *                /var/lib/rancher/NAME/agent/etc/containerd/          config.toml is written anew at each start, from config.toml.tmpl or
 *                                                                     config-v3.toml.tmpl where there is one; it may import drop-ins
 *   containerd   /etc/containerd/config.toml
 */
export const kubeletPlaces = [
  '/var/lib/kubelet/config.yaml',
  '/etc/kubernetes/kubelet/config.json',
  '/etc/kubernetes/kubelet/kubelet-config.json',
] as const;

export const kubeletFlagPlaces = [
  '/var/lib/kubelet/kubeadm-flags.env',
  '/etc/default/kubelet',
  '/etc/sysconfig/kubelet',
] as const;

export const containerdPlace = '/etc/containerd/config.toml';

export const rancherNames = ['k3s', 'rke2'] as const;

export type RancherName = (typeof rancherNames)[number];

export const rancherConfig = (name: RancherName) => `/etc/rancher/${name}/config.yaml`;

/** The folder of containerd's settings under k3s and rke2. */
export const rancherContainerd = (name: RancherName) => `/var/lib/rancher/${name}/agent/etc/containerd`;
