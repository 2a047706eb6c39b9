import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from './answers.ts';
import { ocModel } from './oc-model.ts';

/** Reads all objects into memory, decides, and tells the answer. */
const { dir, nowMs } = JSON.parse(process.argv[2] ?? '{}') as { readonly dir: string; readonly nowMs: number };
const began = performance.now();
const objects = readdirSync(dir).flatMap(
  (file) => JSON.parse(readFileSync(join(dir, file), 'utf8')).items as unknown[],
);
const removed = ocModel(objects, {
  ...{ all: true, keepYoungerThanMs: 3_600_000, keepTagRevisions: 3, pruneOverSizeLimit: false, nowMs },
});
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage();
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ answer: answerOf(removed), wallMs, cpuMs: (user + system) / 1000, peakBytes }));
