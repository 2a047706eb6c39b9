import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type ClusterSize, imagesOf, podsOf, streamsOf } from './cluster-model.ts';

/** Raised whenever the model changes: folders of an earlier one are not used again. */
const GENERATION = 2;
const OBJECTS_A_FILE = 5000;

/**
 * A folder with the objects of a made-up cluster, as `oc get -o json` saves them, in lists; made where it is not there yet.
 *
 * @param folder - where such folders are kept between runs.
 */
export function madeCluster(folder: string, size: ClusterSize): string {
  const dir = join(folder, `cluster-${size.images}-${size.streams}-${size.pods}-${GENERATION}`);
  if (existsSync(dir)) return dir;
  const unfinished = `${dir}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  writeLists(unfinished, 'images', imagesOf(size));
  writeLists(unfinished, 'imagestreams', streamsOf(size));
  writeLists(unfinished, 'pods', podsOf(size));
  renameSync(unfinished, dir);
  return dir;
}

function writeLists(dir: string, name: string, objects: Iterable<unknown>): void {
  let file: number | undefined;
  let count = 0;
  const end = () => {
    if (file === undefined) return;
    writeSync(file, '\n    ],\n    "kind": "List",\n    "metadata": {"resourceVersion": ""}\n}\n');
    closeSync(file);
    file = undefined;
  };
  for (const object of objects) {
    if (count % OBJECTS_A_FILE === 0) {
      end();
      const number = String(Math.floor(count / OBJECTS_A_FILE)).padStart(3, '0');
      file = openSync(join(dir, `${name}-${number}.json`), 'w');
      writeSync(file, '{\n    "apiVersion": "v1",\n    "items": [\n');
    } else writeSync(file as number, ',\n');
    writeSync(file as number, JSON.stringify(object, undefined, 4));
    count += 1;
  }
  end();
}
