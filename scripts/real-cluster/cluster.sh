#!/bin/bash
# A real cluster of one node, for `npm run test:cluster`: API server, controllers, scheduler, kubelet, containerd, and a registry.
#
#   export $(scripts/real-cluster/cluster.sh up)   as root: KUBECONFIG and WINNOW_TEST_IMAGE; the first time it builds Kubernetes (see build.sh)
#   scripts/real-cluster/cluster.sh images   builds Winnow's image anew and pushes it: after each change of Winnow
#   scripts/real-cluster/cluster.sh down     ends it, and leaves nothing behind
#   scripts/real-cluster/cluster.sh restart NAME   ends one of its programs, which comes again: registry, kubelet, containerd …
#   scripts/real-cluster/cluster.sh run CMD  runs a command where the cluster's programs run: `run ctr -n k8s.io images ls`, `run etcdctl …`
#
# It lives in namespaces of its own, of processes, mounts and network: it neither meets nor changes what else runs on the machine, its
# files have their usual paths (/run/containerd, /var/lib/kubelet …) and whoever ends the first process ends it all. The machine reaches it
# at $node, by one pair of interfaces; nobody else does. Pods have no way out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export folder=${REAL_CLUSTER_FOLDER:-/tmp/winnow-real-cluster}
# 198.18.0.0/15 is for tests of networks: it is nobody's.
export host=198.18.77.1 node=198.18.77.2 pods=198.18.78.0/24 services=198.18.79.0/24 kubernetes=198.18.79.1
groups() { find /sys/fs/cgroup -maxdepth 2 -type d -name winnow-real-cluster; }
# The first process in there, by its number out here.
first() { [ ! -e "$folder/pid" ] || pgrep --parent "$(cat "$folder/pid")" || true; }
inside() { nsenter --target "$(first)" --mount --net --pid --uts --ipc -- "$@"; }

up() {
  [ -n "$(first)" ] || begin >&2
  echo "KUBECONFIG=$folder/pki/admin.kubeconfig"
  echo "WINNOW_TEST_IMAGE=$node:5000/winnow:real"
}

begin() {
  for program in containerd runc docker-registry openssl nsenter unshare ip buildah /usr/lib/cni/bridge; do
    command -v "$program" >/dev/null || { echo "$program is absent (Debian: containerd runc docker-registry openssl util-linux iproute2 buildah containernetworking-plugins)" >&2; exit 1; }
  done
  bin=$("$here/build.sh") && export bin
  mkdir -p "$folder"/{log,pki}
  "$here/certificates.sh" "$folder/pki"
  for controller in $(find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d); do mkdir -p "$controller/winnow-real-cluster"; done
  # Nothing of this shell's variables, which may name proxies.
  setsid env -i bin="$bin" folder="$folder" node="$node" pods="$pods" services="$services" kubernetes="$kubernetes" \
    unshare --fork --kill-child --pid --mount --net --uts --ipc --mount-proc "$here/inside.sh" >"$folder/log/inside.log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
  wait_for 'its first process' test -n '$(first)'
  ip link add wn-cluster type veth peer name eth0 netns "$(first)"
  ip address add "$host/30" dev wn-cluster
  ip link set wn-cluster up
  wait_for 'the API server' kubectl get --raw /readyz
  wait_for 'the registry' curl --silent --fail --noproxy '*' "http://$node:5000/v2/"
  [ -e "$folder/root/var/lib/registry/docker" ] || images
  wait_for 'the node' kubectl wait --for=condition=Ready node/node-1 --timeout=1s
  wait_for 'the first account' kubectl get serviceaccount default
}

images() { (cd "$here/../.." && node scripts/run.mjs scripts/real-cluster/images.ts "$node:5000"); }
kubectl() { "$bin/kubectl" --kubeconfig "$folder/pki/admin.kubeconfig" "$@"; }

# What is said is asked again until it is true, for two minutes.
wait_for() {
  local what=$1
  shift
  for _ in $(seq 240); do
    eval "$@" >/dev/null 2>&1 && return
    sleep 0.5
  done
  echo "$what did not come within two minutes: see $folder/log" >&2
  exit 1
}

down() {
  [ -e "$folder/pid" ] || return 0
  local pid
  pid=$(first)
  [ -z "$pid" ] || kill -KILL "$pid"
  while [ -n "$(first)" ]; do sleep 0.1; done
  groups | while read -r group; do find "$group" -depth -type d -exec rmdir {} +; done
  rm -rf "$folder"
}

case ${1:-} in
  up) up ;;
  images) images ;;
  down) down ;;
  restart) inside sh -c "kill \$(cat /run/$2.pid)" ;;
  run) shift && inside "$@" ;;
  *) sed -n '2,/^set/p' "$0" | grep '^#' && exit 2 ;;
esac
