import type { Hono } from 'hono';
import type { HttpParts, ServiceEnv } from './parts.ts';

/** A database that takes longer is not there, as far as a request can tell. */
const HISTORY_ANSWERS_WITHIN_MS = 2000;

/** Adds `/healthz` (this process answers) and `/readyz` (it can also serve): for whoever starts it and sends requests to it. */
export function healthRoutes(app: Hono<ServiceEnv>, parts: HttpParts): void {
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', async (context) => {
    const why = await whyNotReady(parts);
    return why === undefined ? context.text('ready\n') : context.text(`not ready: ${why}\n`, 503);
  });
}

async function whyNotReady({ history, stopping, log }: HttpParts): Promise<string | undefined> {
  if (stopping?.aborted === true) return 'the service is about to end';
  try {
    await history.check(AbortSignal.timeout(HISTORY_ANSWERS_WITHIN_MS));
    return undefined;
  } catch (failure) {
    // Whatever it is: it is why nothing can be served. Who asks here is nobody, so that it is told to the log alone.
    log.warn(`the history does not answer: ${failure instanceof Error ? failure.message : String(failure)}`);
    const telling = history.told === undefined ? '' : ', so that what registries tell is refused: they tell it again';
    return `the history does not answer${telling}`;
  }
}
