import { writeFileSync } from 'node:fs';
import { startFilledRegistry } from './registry/filled-registry.ts';
import { writeRecordsFile } from './registry/records-file.ts';
import { linesOf } from './registry/tag-fingerprint.ts';

const filled = await startFilledRegistry();
await filled.growTo(Number(process.argv[2] ?? 5000));
const rec = writeRecordsFile(filled.world());
writeFileSync(
  '/tmp/wbench/standing.json',
  JSON.stringify({ url: filled.server.url, recordsFile: rec, pid: process.pid }),
);
writeFileSync(
  '/tmp/wbench/paths',
  [...linesOf(filled.world())]
    .map((l) => '/v2/' + l.slice(0, l.indexOf(':')) + '/manifests/' + l.slice(l.indexOf(':') + 1, l.indexOf('@')))
    .join('\n'),
);
setInterval(() => {}, 1000);
