#!/bin/bash
# The first process of the cluster, in namespaces of its own: mounts what its programs expect, starts them, and starts again what ends.
set -euo pipefail
export PATH=$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
pki=$folder/pki

# Folders that are shared with nobody, at their usual paths.
mount --make-rshared /
for path in run var/lib var/log; do
  mkdir -p "$folder/root/$path"
  mount --bind "$folder/root/$path" "/$path"
done
mkdir -p /var/lib/{etcd,registry,kubelet} "$folder"/{cni,certs.d/"$node:5000"}
# The kubelet sets these for the whole machine: here it finds them set.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=$folder/root/${setting%%=*}
  mkdir -p "$(dirname "$file")"
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%%=*}"
done

ip link set lo up
ip address add "$kubernetes/32" dev lo
until ip link show eth0 >/dev/null 2>&1; do sleep 0.1; done
ip address add "$node/30" dev eth0
ip link set eth0 up

cat >"$folder/cni/10-bridge.conflist" <<EOF
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods", "isGateway": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "$pods"}]], "routes": [{"dst": "0.0.0.0/0"}]}}
]}
EOF
cat >"$folder/certs.d/$node:5000/hosts.toml" <<EOF
server = "http://$node:5000"
[host."http://$node:5000"]
  capabilities = ["pull", "resolve"]
EOF
cat >"$folder/containerd.toml" <<EOF
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$node:5000/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "$folder/cni"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "$folder/certs.d"
EOF
cat >"$folder/registry.yml" <<EOF
{version: 0.1, log: {level: warn, accesslog: {disabled: true}}, http: {addr: '$node:5000', secret: real-cluster},
 storage: {filesystem: {rootdirectory: /var/lib/registry}, delete: {enabled: true}}}
EOF
# Images are ours to remove: the kubelet's own collection of them is off.
cat >"$folder/kubelet.yml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /winnow-real-cluster
failSwapOn: false
makeIPTablesUtilChains: false
resolvConf: ''
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: 0%, imagefs.available: 0%, nodefs.inodesFree: 0%}
EOF

# NAME COMMAND…: again and again, with what it says in a file of its name.
keep() {
  local name=$1
  shift
  while true; do
    "$@" >>"$folder/log/$name.log" 2>&1 &
    echo $! >"/run/$name.pid"
    wait $! || true
    sleep 1
  done
}

# Lists expire within seconds instead of minutes. Jobs that have ended are removed by time: what is usual since, had to be switched on in 1.20.
gates=--feature-gates=TTLAfterFinished=true
keep etcd etcd --data-dir /var/lib/etcd --log-level warn &
keep registry docker-registry serve "$folder/registry.yml" &
keep containerd containerd --config "$folder/containerd.toml" &
keep kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --advertise-address "$node" --secure-port 443 $gates \
  --authorization-mode Node,RBAC --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/server.crt" --tls-private-key-file "$pki/server.key" \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/accounts.key" \
  --service-account-signing-key-file "$pki/accounts.key" --service-cluster-ip-range "$services" \
  --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" --kubelet-preferred-address-types InternalIP \
  --etcd-compaction-interval 10s &
keep kube-controller-manager kube-controller-manager --kubeconfig "$pki/admin.kubeconfig" --root-ca-file "$pki/ca.crt" $gates \
  --service-account-private-key-file "$pki/accounts.key" --use-service-account-credentials &
keep kube-scheduler kube-scheduler --kubeconfig "$pki/admin.kubeconfig" &
keep kubelet kubelet --config "$folder/kubelet.yml" --kubeconfig "$pki/node.kubeconfig" --hostname-override node-1 --node-ip "$node" \
  --container-runtime remote --container-runtime-endpoint unix:///run/containerd/containerd.sock &
wait
