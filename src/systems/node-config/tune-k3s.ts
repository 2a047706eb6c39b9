import { type Document, isScalar, isSeq, Scalar, YAMLSeq } from 'yaml';
import type { TunedSetting, Tuning } from './contract.ts';
import { goDuration } from './go-duration.ts';
import { NotUnderstood } from './not-understood.ts';
import { readYaml, writeYaml } from './settings-yaml.ts';
import { isAsWanted, type TunedText } from './tune-kubelet.ts';

/*
 * k3s and rke2 pass flags to their kubelet:
 *
 *   kubelet-arg:                     or one alone:   kubelet-arg: max-pods=200
 *     - image-gc-high-threshold=70
 */
const KEY = 'kubelet-arg';

function kubeletFlags({ highPercent, lowPercent, minAgeMs }: Tuning): Readonly<Record<string, string>> {
  return {
    'image-gc-high-threshold': String(highPercent),
    'image-gc-low-threshold': String(lowPercent),
    'minimum-image-ttl-duration': goDuration(minAgeMs),
  };
}

/** What to write by hand. */
export function k3sByHand(tuning: Tuning): readonly string[] {
  return [`${KEY}:`, ...Object.entries(kubeletFlags(tuning)).map(([name, value]) => `  - ${name}=${value}`)];
}

/** Changes the settings of k3s or rke2. @param text - empty where there is no file. @throws NotUnderstood */
export function tuneK3s(text: string, tuning: Tuning): TunedText {
  const flags = Object.entries(kubeletFlags(tuning));
  if (isBare(text)) {
    const settings = flags.map(([name, wanted]) => ({ name, wanted }));
    const head = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return { after: `${head}${k3sByHand(tuning).join('\n')}\n`, settings };
  }
  const document = readYaml(text);
  const before = document.toJS() as Readonly<Record<string, unknown>>;
  const values = argumentsOf(before);
  const settings = flags.map(([name, wanted]) => settingOf(name, values, wanted));
  const changes = settings.filter((setting) => !isAsWanted(setting));
  if (changes.length === 0) return { after: text, settings };
  const list = listOf(document);
  const expected = [...values];
  for (const { name, wanted } of changes) {
    const at = values.findIndex((value) => nameOf(value) === name);
    const item = list.items[at];
    if (at >= 0 && isScalar(item)) item.value = `${name}=${wanted}`;
    else list.add(new Scalar(`${name}=${wanted}`));
    if (at >= 0) expected[at] = `${name}=${wanted}`;
    else expected.push(`${name}=${wanted}`);
  }
  return { after: writeYaml(document, text, { ...before, [KEY]: expected }), settings };
}

function argumentsOf(file: Readonly<Record<string, unknown>>): readonly string[] {
  if (file[`${KEY}+`] !== undefined) throw new NotUnderstood(`it has ${KEY}+ besides`);
  const value = file[KEY] ?? [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    if (typeof one !== 'string') throw new NotUnderstood(`${KEY} holds something that is no text`);
    return one;
  });
}

function settingOf(name: string, values: readonly string[], wanted: string): TunedSetting {
  const found = values.filter((value) => nameOf(value) === name);
  if (found.length > 1) throw new NotUnderstood(`${KEY} has ${name} twice`);
  const now = found[0]?.slice(found[0].indexOf('=') + 1);
  return { name, ...(now === undefined ? {} : { now }), wanted };
}

function nameOf(argument: string): string {
  return argument.replace(/^--/, '').split('=')[0] ?? '';
}

function listOf(document: Document): YAMLSeq {
  const node = document.get(KEY, true);
  if (isSeq(node)) return node;
  const list = new YAMLSeq();
  if (isScalar(node) && node.value !== null) list.add(new Scalar(node.value));
  document.set(KEY, list);
  return list;
}

/** Whether a file says nothing yet: it is not there, or has comments alone. */
function isBare(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#.*)?$/.test(line));
}
