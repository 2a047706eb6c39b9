import type { RegistryMeans } from '../../plan/registry-actions.ts';
import type { Capabilities } from '../../systems/registry/contract.ts';
import { CodedError } from '../../util/pure/coded-error.ts';
import type { CliErrorCode } from '../errors.ts';

/** How tags can be removed from this registry. */
export function meansOf(can: Capabilities, untagByOverwrite: boolean): RegistryMeans {
  return { untagBy: can.deleteByTag ? 'tag' : 'digest', deleteManifests: can.deleteByDigest, untagByOverwrite };
}

/** Why the registry would refuse every deletion, where it would. */
export function whyReadOnly(can: Capabilities): { readonly why: string; readonly hint: string } | undefined {
  if (!can.writable)
    return {
      why: 'it is in read-only mode',
      hint: 'switch its read-only mode off (storage.maintenance.readonly), and run again',
    };
  if (!can.deleteByDigest && !can.deleteByTag)
    return {
      why: 'deleting is switched off there',
      hint: 'start it with REGISTRY_STORAGE_DELETE_ENABLED=true, and run again',
    };
  return undefined;
}

/** @throws REGISTRY_DELETE_DISABLED before anything is tried */
export function assertCanDelete(host: string, can: Capabilities): void {
  const refusal = whyReadOnly(can);
  if (refusal !== undefined)
    throw new CodedError<CliErrorCode>(
      'REGISTRY_DELETE_DISABLED',
      `preparing to delete from ${host}: ${refusal.why}; nothing was deleted`,
      { hint: refusal.hint },
    );
}
