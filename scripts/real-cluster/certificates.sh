#!/bin/bash
# An authority, who is who by it, and kubeconfigs: certificates.sh FOLDER. Once: what is there stays.
set -euo pipefail
cd "$1"
[ -e admin.kubeconfig ] && exit

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

# NAME SUBJECT [EXTENSION]
certificate() {
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" -extfile <(echo "${3:-extendedKeyUsage=clientAuth}") 2>/dev/null
}

# NAME: whoever has this file is NAME.
kubeconfig() {
  cat >"$1.kubeconfig" <<EOF
apiVersion: v1
kind: Config
current-context: real
clusters: [{name: real, cluster: {server: 'https://$node', certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
contexts: [{name: real, context: {cluster: real, user: $1}}]
EOF
}

umask 077
key ca
openssl req -x509 -new -key ca.key -subj /CN=winnow-real-cluster -days 30 -out ca.crt
key accounts
names="subjectAltName=IP:$node,IP:$kubernetes,IP:127.0.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
certificate server /CN=kube-apiserver "$names"
certificate node "/O=system:nodes/CN=system:node:node-1"
kubeconfig node
certificate admin "/O=system:masters/CN=admin"
kubeconfig admin
