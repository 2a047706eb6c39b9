import { Agent } from 'undici';
import { wait } from '../../../util/wait.ts';
import type { EventSink } from '../contract.ts';
import { readSecretFile, readSettingsFile } from '../secret-file.ts';
import { connectOnce } from './connect-once.ts';
import { type Attempt, post, type Refused } from './post.ts';
import { parseWebhookUrl, type WebhookEventsOptions } from './webhook-settings.ts';

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 500;
/** A server that asks for a longer pause gets this one: an event is not worth a run that hangs. */
const LONGEST_PAUSE_MS = 30_000;

/**
 * Events as CloudEvents in structured mode, by POST. What is sent again has the same id, so that a receiver can tell.
 *
 * @throws EVENTS_SETTINGS_INVALID for a URL that is none or would give the token away.
 */
export function webhookEvents(options: WebhookEventsOptions): EventSink {
  const url = parseWebhookUrl(options);
  const name = `webhook ${url.origin}${url.pathname}`; // a query may hold a key
  const agents = new Set<Agent>();
  return {
    name,
    async check(signal) {
      signal.throwIfAborted();
      await readToken(options);
      const ca = await readAuthority(options);
      await connectOnce({ url, name, ca, timeoutMs: options.timeoutMs ?? TIMEOUT_MS }, signal);
    },
    async send(event, signal) {
      signal.throwIfAborted();
      const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
      const token = await readToken(options);
      const agent = openAgent(await readAuthority(options), timeoutMs);
      agents.add(agent);
      const attempt: Attempt = { url, name, agent, timeoutMs, token, body: JSON.stringify(event) };
      try {
        await untilTaken(() => post(attempt, signal), options.retries ?? 3, signal);
      } finally {
        agents.delete(agent);
        await agent.destroy();
      }
    },
    async close() {
      await Promise.all([...agents].map((agent) => agent.destroy()));
    },
  };
}

async function readToken({ tokenFile }: WebhookEventsOptions): Promise<string | undefined> {
  return tokenFile === undefined ? undefined : await readSecretFile('token', tokenFile);
}

async function readAuthority({ caFile }: WebhookEventsOptions): Promise<string | undefined> {
  return caFile === undefined ? undefined : await readSettingsFile('certificate authority', caFile);
}

function openAgent(ca: string | undefined, timeoutMs: number): Agent {
  return new Agent({ connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) } });
}

async function untilTaken(
  attempt: () => Promise<Refused | undefined>,
  retries: number,
  signal: AbortSignal,
): Promise<void> {
  for (let made = 1; ; made += 1) {
    const refused = await attempt();
    if (refused === undefined) return;
    if (!refused.isTemporary || made > retries) throw refused.error(made);
    const pauseMs = refused.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (made - 1);
    await wait(Math.min(pauseMs, LONGEST_PAUSE_MS), signal);
  }
}
