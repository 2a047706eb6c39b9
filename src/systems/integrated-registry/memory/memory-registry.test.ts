import { integratedRegistryContract } from '../contract.suite.ts';
import { memoryIntegratedRegistry } from './memory-registry.ts';

integratedRegistryContract('memory', async () => memoryIntegratedRegistry());
