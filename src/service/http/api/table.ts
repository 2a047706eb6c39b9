import type { Route } from './route.ts';
import { decisionRoutes } from './routes/decision-routes.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { planRoutes } from './routes/plan-routes.ts';
import { runRoutes } from './routes/run-routes.ts';
import { serviceRoutes } from './routes/service-routes.ts';
import { storageRoutes } from './routes/storage-routes.ts';

export const API_PATH = '/api/v1';

/** Every route of the API, in the order of its documents. */
export const routeTable: readonly Route[] = [
  ...serviceRoutes,
  ...runRoutes,
  ...planRoutes,
  ...decisionRoutes,
  ...storageRoutes,
  ...eventRoutes,
];
