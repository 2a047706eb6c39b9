import type { Context } from 'hono';
import type { ServiceEnv } from '../parts.ts';

/** Lines, as they come: a plan may be larger than memory. It stops when nobody reads any longer. @param fileName - plain ASCII */
export function streamOfLines(context: Context<ServiceEnv>, lines: AsyncIterable<string>, fileName: string): Response {
  const iterator = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(`${value}\n`));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
  return context.body(body, 200, {
    'Content-Type': 'application/x-ndjson',
    'Content-Disposition': `attachment; filename="${fileName.replace(/[^\w.-]/g, '_')}"`,
  });
}
