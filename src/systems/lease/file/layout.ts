import { createHash } from 'node:crypto';
import { join } from 'node:path';

/*
 * The leases on disk. Folders are 0700 and files 0600.
 *
 *   <state directory>/
 *   └── leases/
 *       ├── registry-registry.example-5000-3f1c…e2.json      who holds the lease. Absent: nobody
 *       ├── registry-registry.example-5000-3f1c…e2.<id>.next  for moments only: see src/util/file-lock/claim.ts,
 *       └── registry-registry.example-5000-3f1c…e2.<id>.draft which tells how it stays with one holder
 */

export function leasesFolder(stateDir: string): string {
  return join(stateDir, 'leases');
}

/** Name of a scope's files, without their ends: readable, and different for different scopes. */
export function leaseName(scope: string): string {
  const readable = scope.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80);
  return `${readable}-${createHash('sha256').update(scope).digest('hex').slice(0, 24)}`;
}
