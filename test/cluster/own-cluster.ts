/*
 * What `scripts/real-cluster/cluster.sh up` says: a cluster, and an image of Winnow that its nodes can pull. Without the image only that is
 * tried which any cluster can stand: objects in a namespace of their own.
 */

/** @throws where KUBECONFIG is not set */
export function ownKubeconfig(): string {
  const { KUBECONFIG: kubeconfig = '' } = process.env;
  if (kubeconfig === '') throw new Error('KUBECONFIG names no file: say which cluster may be used for tests');
  return kubeconfig;
}

/** `198.18.77.2:5000/winnow:real`; empty: nothing is run on the nodes. */
export const winnowImage = process.env['WINNOW_TEST_IMAGE'] ?? '';

/** `198.18.77.2:5000`: where it lies, over plain HTTP. */
export const registry = winnowImage.split('/')[0] ?? '';
