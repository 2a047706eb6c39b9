import { formatReference, parseReference } from '../../../oci/reference.ts';
import { CodedError } from '../../../util/pure/coded-error.ts';
import type { ImageRecord } from '../grpc/containerd-services.ts';

/** The record of this name, and all others of the same image. */
export function recordsOfImage(records: readonly ImageRecord[], name: string): readonly ImageRecord[] {
  const digest = records.find((record) => record.name === name)?.target?.digest;
  return records.filter((record) => record.name === name || (digest !== undefined && record.target?.digest === digest));
}

/** By which the image of a record can be pulled again: `registry.example/app@sha256:…`, of all names that it has. */
export function pullableNames(records: readonly ImageRecord[], name: string): readonly string[] {
  return [...new Set(recordsOfImage(records, name).flatMap(pullableName))];
}

function pullableName({ name, target }: ImageRecord): readonly string[] {
  try {
    const { host, repository } = parseReference(name);
    // Names without a registry were given by hand, or are ids.
    if (host === undefined || target === null) return [];
    return [`${formatReference({ host, repository })}@${target.digest}`];
  } catch (error) {
    if (error instanceof CodedError && error.code === 'REFERENCE_INVALID') return [];
    throw error;
  }
}
