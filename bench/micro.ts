import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Pool } from 'undici';
import { collectEvidence } from '../src/evidence/evidence.ts';
import { acceptManifests } from '../src/oci/media-type.ts';
import { openRegistry } from '../src/systems/registry/index.ts';
import { registrySource } from '../src/systems/registry/survey.ts';

const { url } = JSON.parse(readFileSync('/tmp/wbench/standing.json', 'utf8'));
const paths = readFileSync('/tmp/wbench/paths', 'utf8').split('\n');
const N = paths.length,
  C = 8;
async function time(name: string, f: () => Promise<unknown>) {
  const c = process.cpuUsage(),
    t = performance.now();
  await f();
  const d = process.cpuUsage(c),
    w = performance.now() - t;
  console.log(
    name.padEnd(14),
    'cpu/req ms',
    ((d.user + d.system) / 1000 / N).toFixed(3),
    'user',
    (d.user / 1000 / N).toFixed(3),
    'per s',
    ((N / w) * 1000).toFixed(0),
  );
}
async function loop(one: (p: string) => Promise<unknown>) {
  const it = paths.values();
  await Promise.all(
    Array.from({ length: C }, async () => {
      for (const p of it) await one(p);
    }),
  );
}
const which = process.argv[2];
const headers = { accept: acceptManifests };
if (which === 'undici') {
  const pool = new Pool(url, { connections: C });
  await time('undici', () =>
    loop(async (path) => {
      const r = await pool.request({ path, method: 'GET', headers });
      for await (const _ of r.body);
    }),
  );
  await time('undici', () =>
    loop(async (path) => {
      const r = await pool.request({ path, method: 'GET', headers });
      for await (const _ of r.body);
    }),
  );
  await pool.close();
}
if (which === 'dispatch') {
  const pool = new Pool(url, { connections: C });
  const one = (path: string) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      pool.dispatch({ path, method: 'GET', headers }, {
        onRequestStart() {},
        onResponseStart(_c: unknown, s: number) {
          status = s;
        },
        onResponseData(_c: unknown, b: Buffer) {
          chunks.push(b);
        },
        onResponseEnd() {
          resolve([status, chunks]);
        },
        onResponseError(_c: unknown, e: Error) {
          reject(e);
        },
      } as never);
    });
  await time('dispatch', () => loop(one));
  await time('dispatch', () => loop(one));
  await pool.close();
}
if (which === 'http') {
  const agent = new http.Agent({ keepAlive: true, maxSockets: C });
  const u = new URL(url);
  const one = (path: string) =>
    new Promise((resolve, reject) => {
      const r = http.request({ host: u.hostname, port: u.port, path, agent, headers }, (res) => {
        res.on('data', () => {});
        res.on('end', resolve);
      });
      r.on('error', reject);
      r.end();
    });
  await time('http', () => loop(one));
  await time('http', () => loop(one));
  agent.destroy();
}
if (which === 'manifest') {
  const s = new AbortController().signal;
  const reg = await openRegistry({ url, concurrency: C }, s);
  const one = (p: string) => {
    const [, repo, tag] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(p)!;
    return reg.manifest(repo!, tag!, s);
  };
  await time('manifest', () => loop(one));
  await time('manifest', () => loop(one));
  await reg.close();
}
if (which === 'survey') {
  const s = new AbortController().signal;
  const reg = await openRegistry({ url, concurrency: C }, s);
  for (let i = 0; i < Number(process.argv[3] ?? 2); i++)
    await time('survey', async () => {
      const c = collectEvidence();
      await registrySource(reg, { concurrency: C }).survey(c.sink, s);
    });
  await reg.close();
}
