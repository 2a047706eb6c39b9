/** How the user is known: his kubeconfig's words. */
export interface RegistryLogin {
  readonly token?: string;
  /** Tokens of pods end after a while: asked when one is refused. */
  readonly renew?: () => Promise<string | undefined>;
  /** PEM certificates that the kubeconfig trusts. */
  readonly ca?: string;
  /** The kubeconfig skips the verification of certificates. */
  readonly isInsecure: boolean;
}

/** What opens the integrated registry. */
export interface IntegratedRegistrySettings {
  /** `[https://|http://]host[:port]` */
  readonly url: string;
  /** Whether a person named it: else a failure says how to. */
  readonly isUrlGiven: boolean;
  readonly login: RegistryLogin;
  /** PEM file, trusted besides the kubeconfig's authority. */
  readonly caFile?: string;
  readonly forceInsecure: boolean;
  /** Requests at a time. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Repeated attempts after the first, of what may be repeated. */
  readonly retries: number;
}
