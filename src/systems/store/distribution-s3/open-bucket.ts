import type { Bucket } from './bucket.ts';
import { readerOf } from './bucket-reader.ts';
import { writerOf } from './bucket-writer.ts';
import type { Connection } from './connection.ts';

export function bucketOf(connection: Connection): Bucket {
  return { ...readerOf(connection), ...writerOf(connection) };
}
