import type { TunedSetting, Tuning } from './contract.ts';
import { goDuration, sameGoDuration } from './go-duration.ts';
import { NotUnderstood } from './not-understood.ts';
import { readYaml, writeYaml } from './settings-yaml.ts';

export interface TunedText {
  readonly after: string;
  readonly settings: readonly TunedSetting[];
}

type Value = number | string;

/** The fields of a KubeletConfiguration. */
export function kubeletFields({
  highPercent,
  lowPercent,
  minAgeMs,
  maxAgeMs,
}: Tuning): Readonly<Record<string, Value>> {
  return {
    imageGCHighThresholdPercent: highPercent,
    imageGCLowThresholdPercent: lowPercent,
    imageMinimumGCAge: goDuration(minAgeMs),
    ...(maxAgeMs === undefined ? {} : { imageMaximumGCAge: goDuration(maxAgeMs) }),
  };
}

/** Changes a KubeletConfiguration, as YAML or as JSON. @throws NotUnderstood */
export function tuneKubelet(text: string, tuning: Tuning): TunedText {
  const isJson = text.trimStart().startsWith('{');
  const document = readYaml(text);
  const before = document.toJS() as Readonly<Record<string, unknown>>;
  if (before['kind'] !== 'KubeletConfiguration')
    throw new NotUnderstood(`its kind is ${JSON.stringify(before['kind'])}, not KubeletConfiguration`);
  const settings = Object.entries(kubeletFields(tuning)).map(([name, wanted]) => settingOf(name, before[name], wanted));
  const changes = settings.filter((setting) => !isAsWanted(setting));
  if (changes.length === 0) return { after: text, settings };
  const fields = kubeletFields(tuning);
  const expected: Record<string, unknown> = { ...before };
  for (const { name } of changes) {
    expected[name] = fields[name];
    document.set(name, fields[name]);
  }
  return { after: isJson ? asJson(expected, text) : writeYaml(document, text, expected), settings };
}

function settingOf(name: string, now: unknown, wanted: Value): TunedSetting {
  return { name, ...(now === undefined || now === null ? {} : { now: String(now) }), wanted: String(wanted) };
}

/** Whether a setting need not be changed. */
export function isAsWanted({ now, wanted }: TunedSetting): boolean {
  return now !== undefined && (now === wanted || sameGoDuration(now, wanted));
}

function asJson(value: object, before: string): string {
  const indent = /^\s*\{\r?\n([ \t]+)/.exec(before)?.[1];
  return JSON.stringify(value, undefined, indent) + (before.endsWith('\n') ? '\n' : '');
}
