#!/usr/bin/env node
/**
 * Puts what Winnow needs to run into a folder of its own: `node deploy/image/collect.mjs FOLDER`, after `npm run build`.
 *
 * That is the bundle without its source maps, and of node_modules only what a bundle can not hold: libsql, which is native, for the C
 * library of the Node that runs this.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** As in scripts/build.mjs: what stays outside of the bundle. */
const OUTSIDE = ['libsql'];

const [target] = process.argv.slice(2);
if (target === undefined) {
  process.stderr.write('usage: node deploy/image/collect.mjs FOLDER\n');
  process.exit(2);
}
const folder = resolve(target);
await mkdir(folder, { recursive: true });
await cp(join(ROOT, 'dist'), folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
await cp(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
const { name, version, license } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
// Without `type` the bundle would be taken for CommonJS.
await writeFile(join(folder, 'package.json'), `${JSON.stringify({ name, version, license, type: 'module' })}\n`);
for (const one of await closureOf(OUTSIDE)) {
  const place = join('node_modules', one);
  await cp(join(ROOT, place), join(folder, place), { recursive: true });
}

/** These packages and all that they ask for, as far as it is of use here. */
async function closureOf(names) {
  const found = new Set();
  const open = [...names];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const file = join(ROOT, 'node_modules', one, 'package.json');
    if (found.has(one) || !existsSync(file) || isForOtherLibrary(one)) continue;
    found.add(one);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(file, 'utf8'));
    open.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
  return found;
}

/** npm brings native packages for both C libraries. */
function isForOtherLibrary(name) {
  const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
  return name.endsWith(isGlibc ? '-musl' : '-gnu');
}
