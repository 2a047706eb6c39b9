import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

/**
 * Runs skopeo without policy and with TLS off on both ends: `skopeo('copy', 'docker://…', 'oci:folder:tag')`.
 *
 * @returns its stdout
 * @throws with its stderr when it fails
 */
export async function skopeo(command: string, ...args: readonly string[]): Promise<string> {
  const home = makeTempFolder('skopeo');
  const { stdout } = await run(programPath('skopeo'), ['--insecure-policy', command, ...tlsOff(command), ...args], {
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home },
    maxBuffer: 64 << 20,
    timeout: 120_000,
  });
  return stdout;
}

function tlsOff(command: string): readonly string[] {
  if (command === 'copy') return ['--src-tls-verify=false', '--dest-tls-verify=false'];
  if (command === 'sync') return ['--src-tls-verify=false', '--dest-tls-verify=false'];
  return ['--tls-verify=false'];
}
