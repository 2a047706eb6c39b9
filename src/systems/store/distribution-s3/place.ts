import type { Bucket } from './bucket.ts';

/** A store in a bucket, opened. */
export interface BucketPlace {
  readonly bucket: Bucket;
  /** `distribution-s3:host:port/bucket/prefix`: scope of its resources. */
  readonly name: string;
  /** Requests at once where a survey does not say. */
  readonly readers: number;
  /** How what is hidden can come back: a delete marker over it, a copy beside it, not at all (accepted by the user), or not at all. */
  readonly hiding: 'marker' | 'copy' | 'delete' | 'refused';
}

export function repositoryScope({ name }: BucketPlace, repository: string): string {
  return `${name}/${repository}`;
}
