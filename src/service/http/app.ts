import { setMaxListeners } from 'node:events';
import { Hono } from 'hono';
import { ServiceError } from '../errors.ts';
import { doorOf } from './access/door.ts';
import { letIn } from './access/let-in.ts';
import { signInRoutes } from './access/sign-in.ts';
import { answerProblem } from './answer-problem.ts';
import { apiRoutes } from './api/api-routes.ts';
import { capped } from './capped.ts';
import { withHeaders } from './headers.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics/metrics-routes.ts';
import { notificationRoutes } from './notifications/notification-routes.ts';
import type { HttpParts, ServiceEnv } from './parts.ts';
import { traced } from './traced.ts';

/**
 * All of the service's HTTP. In the order in which a request meets it: headers, who asks, then API, metrics, notifications and pages
 * below `serve.basePath`. Probes and metrics answer at the root as well: what asks for them does not come through the ingress.
 */
export function createApp(parts: HttpParts): Hono<ServiceEnv> {
  const { basePath } = parts.settings();
  // Each stream of events listens for the end.
  if (parts.stopping !== undefined) setMaxListeners(0, parts.stopping);
  // Not strict: below a base path the first page has a slash at its end.
  const outer = new Hono<ServiceEnv>({ strict: false });
  outer.onError((failure, context) => answerProblem(context, parts, failure));
  outer.notFound((context) => answerProblem(context, parts, nothingAt(context.req.path)));
  outer.use('*', traced(parts), withHeaders(parts), capped());
  healthRoutes(outer, parts);
  if (basePath !== '') healthRoutes(outer.basePath(basePath), parts);

  const door = doorOf(parts);
  const inner = new Hono<ServiceEnv>();
  inner.use('*', letIn(parts, door, basePath));
  signInRoutes(inner, parts, door, basePath);
  notificationRoutes(inner, parts);
  apiRoutes(inner, parts);
  metricsRoutes(inner, parts);
  parts.pages(inner, parts);
  outer.route(basePath || '/', inner);
  if (basePath !== '') {
    const atRoot = new Hono<ServiceEnv>();
    atRoot.use('/metrics', letIn(parts, door, ''));
    metricsRoutes(atRoot, parts);
    outer.route('/', atRoot);
  }
  return outer;
}

function nothingAt(path: string): ServiceError {
  return new ServiceError('PAGE_NOT_FOUND', `looking for ${path}: there is nothing`);
}
