import { loadLogin } from '../../../util/kubernetes/kube-login.ts';
import { CodedError, messageOf } from '../../../util/pure/coded-error.ts';
import { integratedRegistryFailure } from '../failure.ts';
import type { RegistryLogin } from '../settings.ts';

/** Which kubeconfig; without one, what kubectl would take, or the pod's own account. */
export interface LoginPlace {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The user's token, and what the kubeconfig trusts. Client certificates are of no use to the registry.
 *
 * @throws INTEGRATED_REGISTRY_NO_TOKEN where the kubeconfig can not be read
 */
export async function readLogin(place: LoginPlace): Promise<RegistryLogin> {
  try {
    const login = await loadLogin(place);
    const token = async () => tokenIn((await login.secrets()).headers['authorization']);
    const { tls, headers } = await login.secrets();
    const first = tokenIn(headers['authorization']);
    return {
      ...(first === undefined ? {} : { token: first, renew: token }),
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      isInsecure: tls.rejectUnauthorized === false,
    };
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const message = `reading the token for the integrated registry: ${messageOf(error)}`;
    throw integratedRegistryFailure('INTEGRATED_REGISTRY_NO_TOKEN', message, { cause: error });
  }
}

function tokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
}
