import { gunzipSync } from 'node:zlib';
import { parseAllDocuments } from 'yaml';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { at, fieldsOf, isAbsent, type ObjectWords, type UseReader, type UseSink } from './image-use.ts';

/*
 * Helm 3 keeps each revision of a release in a Secret of the type `helm.sh/release.v1`, or in a ConfigMap with the label `owner: helm`:
 *
 *   metadata.labels   {owner: helm, name: <release>, version: <revision>, status: deployed|superseded|…}
 *   data.release      base64 of gzip of JSON {name, version, namespace, info: {status}, manifest, hooks: [{name, manifest}]}
 *
 * A Secret's data are in base64 once more. `manifest` is YAML of many documents. All revisions count: a rollback applies them again.
 */

/** What a list of Secrets, or of ConfigMaps, is asked for: nothing else of them is read. */
export const helmSecretType = 'helm.sh/release.v1';
export const helmOwnerLabel = 'owner=helm';

const MAX_RELEASE_BYTES = 256 * 1024 * 1024;

/** Reads a Secret: of a Helm release, or none of ours. */
export const readHelmSecret: UseReader = (secret, say) => {
  if (secret['type'] !== helmSecretType) return undefined;
  // What lies in a file may have been written with the text in place of the bytes.
  const direct = at(secret, 'stringData', 'release');
  if (typeof direct === 'string') return readRelease(direct, say);
  const data = at(secret, 'data', 'release');
  return readRelease(typeof data === 'string' ? Buffer.from(data, 'base64').toString('latin1') : data, say);
};

/** Reads a ConfigMap: of a Helm release, or none of ours. */
export const readHelmConfigMap: UseReader = (configMap, say) => {
  if (configMap.metadata?.labels?.['owner'] !== 'helm') return undefined;
  return readRelease(at(configMap, 'data', 'release'), say);
};

function readRelease(text: unknown, say: UseSink): ObjectWords {
  if (typeof text !== 'string') {
    say.unreadable('it has no data.release');
    return {};
  }
  let release: Readonly<Record<string, unknown>> | undefined;
  try {
    release = decode(text);
  } catch (error) {
    say.unreadable(`its data.release: ${messageOf(error)}`);
    return {};
  }
  if (release === undefined) {
    say.unreadable('its data.release holds no release');
    return {};
  }
  readManifest(release['manifest'], say);
  const { hooks } = release;
  for (const hook of Array.isArray(hooks) ? (hooks as readonly unknown[]) : []) readManifest(at(hook, 'manifest'), say);
  return wordsOf(release);
}

/** @throws whatever base64, gzip and JSON have to say */
function decode(text: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = Buffer.from(text, 'base64');
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const json = isPacked ? gunzipSync(bytes, { maxOutputLength: MAX_RELEASE_BYTES }) : bytes;
  return fieldsOf(JSON.parse(json.toString('utf8')));
}

function readManifest(manifest: unknown, say: UseSink): void {
  if (isAbsent(manifest) || manifest === '') return;
  if (typeof manifest !== 'string') {
    say.unreadable('its manifest is no text');
    return;
  }
  for (const document of parseAllDocuments(manifest, { logLevel: 'silent', merge: true })) {
    const [error] = 'errors' in document ? document.errors : [];
    if (error !== undefined) {
      say.unreadable(`its manifest: ${messageOf(error)}`);
      continue;
    }
    const object = fieldsOf(document.toJS());
    if (object !== undefined) say.object(object, 'manifest');
  }
}

function wordsOf(release: Readonly<Record<string, unknown>>): ObjectWords {
  const { name, namespace, version } = release;
  const status = at(release, 'info', 'status');
  const title = typeof name === 'string' ? name : undefined;
  const place = typeof namespace === 'string' && namespace !== '' ? `${namespace}/` : '';
  return {
    ...(title !== undefined && { title: `Helm release ${place}${title} revision ${String(version)}` }),
    ...(typeof status === 'string' && { state: status }),
  };
}
