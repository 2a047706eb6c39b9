import { execFile } from 'node:child_process';
import * as z from 'zod';
import type { Credential } from './docker-config.ts';
import { foreignText, RegistryError } from './registry-error.ts';

const TIMEOUT_MS = 15_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
/** Each helper has its own words for it, but these are the protocol's. */
const NOT_FOUND = /credentials not found/i;
/** The user name with which a helper says that its secret is an identity token. */
const TOKEN_USER = '<token>';

const Answer = z.object({ Username: z.string(), Secret: z.string() });

export interface HelperOptions {
  /** Its PATH is searched. */
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/**
 * Asks `docker-credential-NAME get` for a server's credentials: the server on its standard input, JSON on its output.
 *
 * @param name - as it stands in `credHelpers` or `credsStore`.
 * @returns `undefined` when the helper has none.
 * @throws {@link RegistryError} REGISTRY_CREDENTIAL_HELPER_FAILED; the signal's reason.
 * @see https://github.com/docker/docker-credential-helpers/blob/v0.8.2/README.md#development
 */
export async function askHelper(
  name: string,
  server: string,
  options: HelperOptions,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const program = `docker-credential-${name}`;
  const failed = (why: string): RegistryError =>
    new RegistryError(
      'REGISTRY_CREDENTIAL_HELPER_FAILED',
      `asking ${program} for the credentials of ${server}: ${why}`,
      {
        hint: `run it by hand: echo ${server} | ${program} get`,
      },
    );
  // The name comes from a file and becomes part of a program's name: it must not lead out of the PATH.
  if (!NAME.test(name)) throw failed('that is not the name of a helper');

  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const { error, stdout } = await run(program, server, { env: options.env, timeoutMs }, signal);
  signal.throwIfAborted();
  if (error === undefined) return parse(stdout, failed);
  if (NOT_FOUND.test(stdout)) return undefined;
  if (error.code === 'ENOENT') throw failed('there is no such program in the PATH');
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') throw failed('it wrote too much');
  if (error.killed === true) throw failed(`it did not answer within ${timeoutMs} ms`);
  throw failed(`it ended with ${String(error.code ?? error.signal)}${wordsOf(stdout)}`);
}

interface HelperError {
  readonly code?: string | number | null;
  readonly killed?: boolean;
  readonly signal?: string | null;
}

function run(
  program: string,
  input: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<{ readonly error: HelperError | undefined; readonly stdout: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      ['get'],
      {
        env: options.env,
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT_BYTES,
        signal,
        encoding: 'utf8',
      },
      (error, stdout) => resolve({ error: (error as HelperError | null) ?? undefined, stdout }),
    );
    // A helper that ends without reading breaks the pipe; its exit status tells what was the matter.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function parse(stdout: string, failed: (why: string) => RegistryError): Credential | undefined {
  let json: unknown;
  try {
    json = JSON.parse(stdout);
  } catch {
    // The parser's own words would quote the secret.
    throw failed('its answer is not JSON');
  }
  const answer = Answer.safeParse(json);
  if (!answer.success) throw failed('its answer has no Username and Secret');
  const { Username, Secret } = answer.data;
  if (Username === '' && Secret === '') return undefined;
  return Username === TOKEN_USER ? { identityToken: Secret } : { username: Username, password: Secret };
}

/** A failing helper says why on its standard output; should there be JSON, it may hold the secret. */
function wordsOf(stdout: string): string {
  const words = foreignText(stdout, 200);
  return words === '' || words.includes('{') ? '' : `: ${words}`;
}
