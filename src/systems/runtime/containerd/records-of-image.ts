import type { ImageRecord } from '../grpc/containerd-services.ts';

/** The record of this name, and all others of the same image. */
export function recordsOfImage(records: readonly ImageRecord[], name: string): readonly ImageRecord[] {
  const digest = records.find((record) => record.name === name)?.target?.digest;
  return records.filter((record) => record.name === name || (digest !== undefined && record.target?.digest === digest));
}
