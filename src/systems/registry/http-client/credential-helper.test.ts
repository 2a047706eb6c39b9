import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { askHelper } from './credential-helper.ts';

const never = new AbortController().signal;
const folder = makeTempFolder('helpers');
const env = { PATH: `${folder}:/usr/bin:/bin` };

/** Puts `docker-credential-NAME` into the PATH of these tests. */
function helper(name: string, script: string): string {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return name;
}

describe('a credential helper', () => {
  test('is asked with `get` and the server on its standard input, and answers with user and password', async () => {
    const name = helper(
      'good',
      `echo "$@" > ${folder}/args; cat > ${folder}/input; echo '{"ServerURL":"x","Username":"me","Secret":"s3cret"}'`,
    );

    const credential = await askHelper(name, 'registry.example.com:5000', { env }, never);

    expect(credential).toEqual({ username: 'me', password: 's3cret' });
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe('get\n');
    expect(readFileSync(join(folder, 'input'), 'utf8')).toBe('registry.example.com:5000');
  });

  test('may answer with an identity token', async () => {
    const name = helper('token', `echo '{"Username":"<token>","Secret":"idtoken"}'`);

    expect(await askHelper(name, 'r', { env }, never)).toEqual({ identityToken: 'idtoken' });
  });

  test('has none when it says so, or answers with empty ones', async () => {
    const none = helper('none', 'echo "credentials not found in native keychain"; exit 1');
    const empty = helper('empty', `echo '{"Username":"","Secret":""}'`);

    expect(await askHelper(none, 'r', { env }, never)).toBeUndefined();
    expect(await askHelper(empty, 'r', { env }, never)).toBeUndefined();
  });

  test('need not read its input', async () => {
    const name = helper('deaf', `exec 0<&-; echo '{"Username":"u","Secret":"pass"}'`);

    expect(await askHelper(name, 'r'.repeat(100_000), { env }, never)).toEqual({ username: 'u', password: 'pass' });
  });

  test.each([
    ['is missing', 'absent-one', 'no such program'],
    ['fails', helper('fails', 'echo "the keychain is locked"; exit 3'), 'ended with 3: the keychain is locked'],
    ['writes no JSON', helper('nojson', 'echo s3cret-text'), 'not JSON'],
    ['writes other JSON', helper('other', `echo '{"Secret":"s3cret-text"}'`), 'no Username and Secret'],
    [
      'fails after its answer',
      helper('late', `echo '{"Username":"u","Secret":"s3cret-text"}'; exit 1`),
      'ended with 1',
    ],
    ['writes too much', helper('chatty', 'head -c 200000 /dev/zero | tr "\\\\0" s'), 'wrote too much'],
    ['has a name that leads elsewhere', '../../bin/evil', 'not the name of a helper'],
    ['has a name with a shell in it', 'x; touch pwned', 'not the name of a helper'],
  ])('that %s is told, without what it wrote in secret', async (_, name, why) => {
    const failure = await askHelper(name, 'registry.example.com', { env }, never).catch((error) => error);

    expect(failure).toMatchObject({ code: 'REGISTRY_CREDENTIAL_HELPER_FAILED', message: expect.stringContaining(why) });
    expect(`${failure.message} ${failure.hint} ${failure.cause}`).not.toContain('s3cret');
  });

  test('that does not answer is ended, with all that it started', async () => {
    const name = helper('slow', 'sleep 30');
    const startMs = performance.now();

    await expect(askHelper(name, 'r', { env, timeoutMs: 100 }, never)).rejects.toMatchObject({
      code: 'REGISTRY_CREDENTIAL_HELPER_FAILED',
      message: expect.stringContaining('within 100 ms'),
    });
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  test('is ended by a stop', async () => {
    const stop = new AbortController();
    const asking = askHelper(helper('stopped', 'sleep 30'), 'r', { env }, stop.signal);
    setTimeout(() => stop.abort(new Error('stopped by the user')), 50);

    await expect(asking).rejects.toThrow('stopped by the user');
  });
});
