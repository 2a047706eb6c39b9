import { type Resource, resourceKinds } from '../evidence/resource.ts';
import { isDigest } from '../oci/digest.ts';
import { type ReasonCode, reasons } from '../policy/reason.ts';
import type { CodedError } from '../util/pure/coded-error.ts';
import { runningSha256 } from '../util/pure/hash.ts';
import { type Action, actionKinds, type Precondition, type UntagBy } from './action.ts';
import { PlanError } from './errors.ts';
import { isFleetCounts } from './fleet-counts.ts';
import { isFleetScope } from './fleet-scope.ts';
import type { Plan, PlanHeader } from './plan.ts';

/*
 * A plan file is JSON Lines:
 *
 *   {"winnow":"plan/v1","id":…,"flow":…,"scope":…, …}          the header
 *   {"n":1,"do":"delete-tag","target":{…},"reason":…, …}       one line an action, in order
 *   {"end":{"actions":1,"sha256":"…"}}                          how many, and the hash of all lines before
 *
 * The last line tells a file that was cut short or changed by hand. It is no signature: who can write the file can make a new one.
 */

/** The lines of a plan file, each with its newline. Streams: no two actions are held at once. */
export function* encodePlan(plan: Plan): Generator<string> {
  const hash = runningSha256();
  let count = 0;
  const line = (value: unknown) => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };

  yield line(plan.header);
  for (const action of plan.actions) {
    count += 1;
    yield line(action);
  }
  yield `${JSON.stringify({ end: { actions: count, sha256: hash.hex() } })}\n`;
}

/** A plan being read: the header at once, the actions as they come. */
export interface DecodedPlan {
  readonly header: PlanHeader;
  /** @throws PLAN_MALFORMED, PLAN_CUT_SHORT, PLAN_CHANGED, at the line where it shows; the last two only at the end. */
  readonly actions: AsyncIterable<Action>;
}

/**
 * Reads a plan file. Nobody may act on an action before {@link DecodedPlan.actions} came to its end once without a throw.
 *
 * @param lines - the file's lines, without newlines.
 * @throws PLAN_MALFORMED when the first line is no plan header.
 */
export async function decodePlan(lines: AsyncIterable<string>): Promise<DecodedPlan> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) throw new PlanError('PLAN_CUT_SHORT', 'reading the plan: it is empty');
  const header = decodeHeader(first.value);
  return { header, actions: decodeActions(first.value, iterator, header.actionCount) };
}

async function* decodeActions(first: string, lines: AsyncIterator<string>, expected: number): AsyncGenerator<Action> {
  const hash = runningSha256();
  hash.update(`${first}\n`);
  let count = 0;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    const value = parseLine(next.value, count + 2);
    if (isObject(value['end'])) {
      const rest = await lines.next();
      const { actions, sha256 } = value['end'];
      if (rest.done !== true || actions !== count || actions !== expected || sha256 !== hash.hex())
        throw new PlanError(
          'PLAN_CHANGED',
          'reading the plan: its checksum does not fit its lines; it was changed after it was made',
        );
      return;
    }
    hash.update(`${next.value}\n`);
    count += 1;
    yield decodeAction(value, count);
  }
  throw new PlanError(
    'PLAN_CUT_SHORT',
    `reading the plan: it ends after ${count} of ${expected} actions, without its last line`,
  );
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseLine(text: string, lineNumber: number): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Told below: a torn or foreign line is the same to the reader.
  }
  throw malformed(lineNumber, 'it is not a JSON object');
}

function decodeHeader(line: string): PlanHeader {
  const value = parseLine(line, 1);
  if (typeof value['winnow'] === 'string' && value['winnow'] !== 'plan/v1')
    throw new PlanError(
      'PLAN_VERSION',
      `reading the plan: it is of the form ${JSON.stringify(value['winnow'])}, this Winnow reads plan/v1`,
    );
  if (value['winnow'] !== 'plan/v1') throw malformed(1, 'it is no plan header');
  for (const [field, type] of Object.entries(headerFields)) {
    const held = value[field];
    const fits = type === 'array' ? Array.isArray(held) : type === 'object' ? isObject(held) : typeof held === type;
    if (!fits)
      throw malformed(1, `the field ${field} is not ${type === 'array' || type === 'object' ? 'an' : 'a'} ${type}`);
  }
  const { registry, store, images, node, fleet } = value['scope'] as Json;
  const namesStore = isObject(store) && typeof store['name'] === 'string';
  const namesRegistry =
    isObject(registry) && typeof registry['host'] === 'string' && typeof registry['url'] === 'string';
  const namesImages = isObject(images) && typeof images['name'] === 'string' && typeof images['cluster'] === 'string';
  const namesNode = isObject(node) && typeof node['runtime'] === 'string' && typeof node['name'] === 'string';
  const namesFleet = isObject(fleet) && typeof fleet['name'] === 'string';
  if (!namesStore && !namesRegistry && !namesImages && !namesNode && !namesFleet)
    throw malformed(1, 'the field scope names no registry, no store, no image API, no node and no fleet');
  if (namesFleet && !(isFleetScope(fleet) && isFleetCounts(value['fleet'])))
    throw malformed(1, 'what it says of a fleet is not as it should be');
  return value as unknown as PlanHeader;
}

const headerFields = {
  id: 'string',
  flow: 'string',
  scope: 'object',
  madeAtMs: 'number',
  expiresAtMs: 'number',
  records: 'array',
  evidence: 'array',
  gaps: 'array',
  limits: 'object',
  broken: 'array',
  repositories: 'array',
  keptByReason: 'object',
  actionCount: 'number',
  freesBytes: 'number',
} as const;

function decodeAction(value: Json, n: number): Action {
  const lineNumber = n + 1;
  const check = (holds: boolean, field: string) => {
    if (!holds) throw malformed(lineNumber, `the field ${field} is not as it should be`);
  };
  const { target, after, expects, by, unit, repositories, emptiesTag, unlessAllFailed, names, node } = value;
  check(value['n'] === n, 'n');
  check(
    actionKinds.some((kind) => kind === value['do']),
    'do',
  );
  check(isResource(target), 'target');
  const arePositions = (list: unknown) =>
    Array.isArray(list) && list.every((one) => Number.isInteger(one) && one > 0 && one !== n);
  check(arePositions(after), 'after');
  check(unlessAllFailed === undefined || arePositions(unlessAllFailed), 'unlessAllFailed');
  check(names === undefined || (Array.isArray(names) && names.every((one) => typeof one === 'string')), 'names');
  check(emptiesTag === undefined || emptiesTag === true, 'emptiesTag');
  check(node === undefined || typeof node === 'string', 'node');
  check(by === undefined || by === 'tag' || by === 'digest' || by === 'overwrite', 'by');
  check(unit === undefined || Number.isInteger(unit), 'unit');
  check(isObject(expects) && (expects['digest'] === undefined || isDigest(expects['digest'])), 'expects');
  check(typeof value['reason'] === 'string' && value['reason'] in reasons, 'reason');
  check(typeof value['because'] === 'string', 'because');
  check(typeof value['freesBytes'] === 'number' && value['freesBytes'] >= 0, 'freesBytes');
  check(
    repositories === undefined || (Array.isArray(repositories) && repositories.every((one) => typeof one === 'string')),
    'repositories',
  );
  return {
    n,
    do: value['do'] as Action['do'],
    target: target as Resource,
    ...(by === undefined ? {} : { by: by as UntagBy }),
    ...(unit === undefined ? {} : { unit: unit as number }),
    after: after as readonly number[],
    expects: expects as Precondition,
    reason: value['reason'] as ReasonCode,
    because: value['because'] as string,
    freesBytes: value['freesBytes'] as number,
    ...(repositories === undefined ? {} : { repositories: repositories as readonly string[] }),
    ...(emptiesTag === true ? { emptiesTag } : {}),
    ...(names === undefined ? {} : { names: names as readonly string[] }),
    ...(unlessAllFailed === undefined ? {} : { unlessAllFailed: unlessAllFailed as readonly number[] }),
    ...(node === undefined ? {} : { node: node as string }),
  };
}

function isResource(value: unknown): value is Resource {
  return (
    isObject(value) &&
    resourceKinds.some((kind) => kind === value['kind']) &&
    typeof value['scope'] === 'string' &&
    typeof value['key'] === 'string'
  );
}

function malformed(lineNumber: number, why: string): CodedError {
  return new PlanError('PLAN_MALFORMED', `reading the plan, line ${lineNumber}: ${why}`);
}
