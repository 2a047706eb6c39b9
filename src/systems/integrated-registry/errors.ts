/** Every code that OpenShift's integrated registry can fail with. `docs/errors.md` is made from this table. */
export const integratedRegistryErrors = {
  INTEGRATED_REGISTRY_URL_INVALID: {
    meaning: 'The address of the integrated registry is not one: it is `[https://|http://]host[:port]`.',
    hint: 'give --registry-url like registry.apps.example.com, or https://registry.apps.example.com:5000',
  },
  INTEGRATED_REGISTRY_SETTINGS_INVALID: {
    meaning: 'Two settings of the connection to the integrated registry contradict each other.',
    hint: 'leave one of the two out that the message names',
  },
  INTEGRATED_REGISTRY_UNKNOWN: {
    meaning:
      'The address of the integrated registry can not be told from the image API: no image was pushed to it yet.',
    hint: 'name it with --registry-url, or leave its data alone with --prune-registry=false',
  },
  INTEGRATED_REGISTRY_PING_FAILED: {
    meaning: 'The integrated registry did not answer where it was looked for, or not in the way that was allowed.',
    hint: 'name a route to the registry that is reachable from here with --registry-url',
  },
  INTEGRATED_REGISTRY_TLS_FILE_INVALID: {
    meaning: 'The file of the certificate authority can not be read, or holds no certificate.',
    hint: 'check the path, and that the file begins with -----BEGIN CERTIFICATE-----',
  },
  INTEGRATED_REGISTRY_NO_TOKEN: {
    meaning: 'The kubeconfig has no bearer token, and the integrated registry knows users by their token alone.',
    hint: 'log in with a token: oc login --token=…, or run with a service account',
  },
  INTEGRATED_REGISTRY_UNAUTHORIZED: {
    meaning: 'The integrated registry does not take the token, or the user may not delete images in the whole cluster.',
    hint: 'grant the user the cluster role system:image-pruner, or log in again',
  },
  INTEGRATED_REGISTRY_UNSUPPORTED: {
    meaning:
      'What answers does not delete: deleting is switched off there, it is in read-only mode, or it is not an integrated registry.',
    hint: 'see whether it is the integrated registry, and not in read-only mode; or leave its data alone with --prune-registry=false',
  },
  INTEGRATED_REGISTRY_FAILED: {
    meaning: 'The integrated registry failed at a request, or answered with something that makes no sense.',
    hint: 'look into the logs of the registry, then run again',
  },
} as const;

export type IntegratedRegistryErrorCode = keyof typeof integratedRegistryErrors;
