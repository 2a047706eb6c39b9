#!/bin/bash
# Builds Kubernetes from Debian's source package, once: ten to thirty minutes, a few gigabytes while it lasts. Says where the programs lie.
#
# Needs golang-go, dpkg-dev, and a deb-src line for bookworm: it has 1.20.2, with all that upstream vendors.
# APT_OPTIONS are for apt-get: another sources.list, for instance.
set -euo pipefail
cache=$(cd "$(dirname "$0")/../.." && pwd)/node_modules/.cache/real-cluster
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl)
cd "$(mkdir -p "$cache" && echo "$cache")"

has_all() { for program in "${programs[@]}" etcd etcdctl; do [ -x "bin/$program" ] || return 1; done; }
has_all && { echo "$cache/bin"; exit; }
exec 3>&1 >&2 # only the answer goes to stdout

mkdir -p packages && cd packages
read -ra options <<<"${APT_OPTIONS:-}"
say_missing() { echo "apt-get finds no $1: is there a line for it in sources.list? APT_OPTIONS may name another one"; exit 1; }
for package in etcd-server etcd-client golang-github-modern-go-reflect2-dev; do
  # The machine's own sources come first: what they have runs here.
  ls "$package"_*.deb >/dev/null 2>&1 || apt-get download "$package" || apt-get "${options[@]}" download "$package" || say_missing "$package"
  dpkg -x "$package"_*.deb root
done
ls -d kubernetes-1.*/ >/dev/null 2>&1 || apt-get "${options[@]}" source kubernetes/bookworm || say_missing 'source of kubernetes in bookworm'

source=$(ls -d "$PWD"/kubernetes-1.*/)
version=$(basename "$source") # kubernetes-1.20.5+really1.20.2
version=${version#kubernetes-}
version=v${version##*really}
# What is vendored knows the insides of Go before 1.18.
rm -rf "$source/vendor/github.com/modern-go/reflect2"
cp -r root/usr/share/gocode/src/github.com/modern-go/reflect2 "$source/vendor/github.com/modern-go/"

mkdir -p go/src/k8s.io ../bin
ln -sfn "$source" go/src/k8s.io/kubernetes
cd go/src/k8s.io/kubernetes
export CGO_ENABLED=0 GO111MODULE=off GOPATH=$cache/packages/go GOCACHE=$cache/go-cache

# Of its generated code one file is not in the package: what the API server tells of its kinds.
described=$(grep -Rl --include='*.go' '^// *+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io | grep -Ev '/(code-generator|sample-apiserver|kube-openapi|testdata)/|zz_generated' |
  xargs -n1 dirname | sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -sd,)
nice -n 5 go run ./vendor/k8s.io/kube-openapi/cmd/openapi-gen -i "$described" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r /dev/null

about=k8s.io/kubernetes/vendor/k8s.io/component-base/version
minor=${version#v1.}
nice -n 5 go build -o "$cache/bin/" -trimpath -tags providerless,dockerless \
  -ldflags "-s -w -X $about.gitVersion=$version -X $about.gitMajor=1 -X $about.gitMinor=${minor%%.*}" \
  "${programs[@]/#/./cmd/}"
cp "$cache"/packages/root/usr/bin/etcd{,ctl} "$cache/bin/"
rm -rf "$cache/go-cache" "$cache/packages"
has_all && echo "$cache/bin" >&3
