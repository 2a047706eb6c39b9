import type { Hono } from 'hono';
import type { HttpParts, ServiceEnv } from '../http/parts.ts';
import { Remembered } from '../views/remembered.ts';
import type { RegistryParts, RepositoryParts } from '../views/storage-view.ts';
import { showImage } from './image-page.tsx';
import { findImage } from './image-search-page.tsx';
import { showRegistries } from './storage-list-page.tsx';
import { showStorage } from './storage-page.tsx';
import { showTry, tryPolicies } from './storage-try-page.tsx';

/** Adds the pages about what registries have: `/storage`, what-if, and images. */
export function storagePages(app: Hono<ServiceEnv>, parts: HttpParts): void {
  const kept = {
    registries: new Remembered<RegistryParts>(),
    repositories: new Remembered<RepositoryParts>(),
  };
  app.get('/storage', (context) => showRegistries(context, parts));
  app.get('/storage/:target', (context) => showStorage(context, parts, kept));
  app.get('/storage/:target/try', (context) => showTry(context, parts));
  app.post('/storage/:target/try', (context) => tryPolicies(context, parts));
  app.get('/images/:target', (context) => findImage(context, parts));
  // What is behind the registry: a repository, which may have slashes, and a digest. See views/image-key.ts.
  app.get('/images/:target/:image{.+}', (context) => showImage(context, parts));
}
