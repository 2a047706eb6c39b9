import { integratedRegistryContract } from '../../src/systems/integrated-registry/contract.suite.ts';
import { openIntegratedRegistry } from '../../src/systems/integrated-registry/index.ts';
import { startOpenshiftRegistry } from '../support/openshift-registry.ts';
import { describeReal } from '../support/requirements.ts';

describeReal('a real registry behind the verbs of OpenShift’s', ['docker-registry'], () => {
  integratedRegistryContract('a real registry', async () => {
    const { url } = await startOpenshiftRegistry('a-token');
    const login = { token: 'a-token', isInsecure: false };
    const settings = {
      url,
      isUrlGiven: true,
      login,
      forceInsecure: false,
      concurrency: 4,
      timeoutMs: 10_000,
      retries: 2,
    };
    return await openIntegratedRegistry(settings, new AbortController().signal);
  });
});
