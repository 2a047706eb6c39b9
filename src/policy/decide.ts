import type { Evidence } from '../evidence/evidence.ts';
import { covers, type Gap } from '../evidence/gap.ts';
import { formatResource, type Resource, type ResourceId, type ResourceKind } from '../evidence/resource.ts';
import { type Marks, mark, noMarks } from '../graph/mark.ts';
import { rootOf } from '../graph/why.ts';
import type { Reason } from './reason.ts';
import { reasons } from './reason.ts';
import { SaidTable } from './said.ts';
import type { Rule, View } from './view.ts';

/** What stays and what goes, with a reason for each resource. */
export interface Decisions {
  /** Reached from what must stay. */
  readonly marks: Marks;
  /** Reached from what was retired; what is marked as well stays. */
  readonly condemned: Marks;
  isDeleted(id: ResourceId): boolean;
  reasonOf(id: ResourceId): Reason;
}

/** What the flow may delete at all, and the rules that speak on which kinds. */
export interface Ruleset {
  readonly deletable: ReadonlySet<ResourceKind>;
  /** Kinds on which {@link rules} are asked. */
  readonly ruled: ReadonlySet<ResourceKind>;
  /** Kinds that keep nothing by being there: only what somebody holds of them, or a rule keeps. Of all others, what nobody names stays. */
  readonly passive?: ReadonlySet<ResourceKind>;
  readonly rules: readonly Rule[];
}

/**
 * Decides. A resource goes when it is retired, or hangs only on what is retired, and nothing that stays reaches it.
 *
 * 1. Roots: what somebody holds, what a rule keeps, what a gap could keep. Mark what they reach.
 * 2. Condemned: what is retired by its owner or by a rule, and all that it keeps.
 * 3. What exists and is neither stays, as a root of its own: nobody has named it.
 */
export function decide(view: View, ruleset: Ruleset): Decisions {
  return conclude(view, ruleset, markRoots(view, ruleset));
}

/** The first step of {@link decide}: what must stay. What is not marked yet is not yet lost. */
export interface Marking {
  readonly marks: Marks;
  readonly roots: SaidTable;
  readonly retired: SaidTable;
}

/** Rules, claims and gaps are heard, and what must stay is marked. */
export function markRoots(view: View, ruleset: Ruleset): Marking {
  const { evidence, graph } = view;
  const roots = new SaidTable(graph.size);
  const retired = new SaidTable(graph.size);
  applyRules(view, ruleset, roots, retired);
  addClaims(evidence, roots, retired);
  addGaps(evidence, roots);
  // What somebody uses is marked from there, also where a rule would keep it: the way back leads to who uses it.
  const isPassive = (id: ResourceId) => ruleset.passive?.has(evidence.resources.kind(id)) === true;
  const marks = mark(graph, filtered(roots.ids(), isPassive), noMarks(graph.size));
  return { marks: mark(graph, roots.ids(), marks), roots, retired };
}

/**
 * The other steps of {@link decide}.
 *
 * @param late - what was found out only after the marking, of things that it did not reach: what is worth a closer look is known only then.
 *   What stays by it is one more root.
 */
export function conclude(
  { evidence, graph }: View,
  ruleset: Ruleset,
  { marks, roots, retired }: Marking,
  late: Iterable<readonly [ResourceId, Reason]> = [],
): Decisions {
  for (const [id, reason] of late) {
    if (marks.has(id)) continue;
    if (reasons[reason.code].verdict === 'delete') {
      retired.set(id, reason);
      continue;
    }
    roots.set(id, reason);
    mark(graph, [id], marks);
  }
  const condemned = mark(
    graph,
    filtered(retired.ids(), (id) => !marks.has(id)),
    noMarks(graph.size),
  );
  const notNamed: Reason = { code: 'not-named', because: reasons['not-named'].meaning };
  for (let id = 0; id < graph.size; id += 1) {
    if (!evidence.exists(id) || marks.has(id) || condemned.has(id)) continue;
    if (ruleset.passive?.has(evidence.resources.kind(id))) continue;
    roots.set(id, notNamed);
    mark(graph, [id], marks);
  }

  const isDeleted = (id: ResourceId) =>
    condemned.has(id) && !marks.has(id) && evidence.exists(id) && ruleset.deletable.has(evidence.resources.kind(id));
  const reasonOf = (id: ResourceId): Reason =>
    marks.has(id) ? whyKept(evidence, marks, roots, id) : whyGone(evidence, condemned, retired, id);
  return { marks, condemned, isDeleted, reasonOf };
}

function* filtered(ids: Iterable<ResourceId>, isWanted: (id: ResourceId) => boolean): Generator<ResourceId> {
  for (const id of ids) if (isWanted(id)) yield id;
}

function applyRules(view: View, ruleset: Ruleset, roots: SaidTable, retired: SaidTable) {
  const { evidence } = view;
  const rules = ruleset.rules.map((rule) => rule(view));
  for (let id = 0; id < evidence.resources.size; id += 1) {
    if (!ruleset.ruled.has(evidence.resources.kind(id)) || !evidence.exists(id)) continue;
    for (const rule of rules) {
      const ruling = rule(id);
      if (ruling === undefined) continue;
      const said = reasons[ruling.code].verdict === 'keep' ? roots : retired;
      if (!said.has(id)) said.set(id, ruling);
    }
  }
}

function addClaims(evidence: Evidence, roots: SaidTable, retired: SaidTable): void {
  const { holds, retires, resources } = evidence;
  for (let n = 0; n < holds.length; n += 1) {
    const id = holds.resources[n] as ResourceId;
    const code = resources.kind(id) === 'record' ? 'active-record' : 'held';
    if (!roots.has(id)) roots.set(id, { code, because: holds.by(n) });
  }
  for (let n = 0; n < retires.length; n += 1) {
    const id = retires.resources[n] as ResourceId;
    const code = resources.kind(id) === 'record' ? 'inactive-record' : 'retired';
    if (!retired.has(id)) retired.set(id, { code, because: retires.by(n) });
  }
}

/**
 * A hidden hold could be on anything in the scope; a hidden reference, or a hidden thing that refers, only on what can be referred to.
 * A gap can also name one tag, or one record: then it is about that alone.
 */
function addGaps(evidence: Evidence, roots: SaidTable): void {
  const { resources, gaps } = evidence;
  if (gaps.length === 0) return;
  const byScope = Array.from({ length: resources.scopeCount() }, (_, n) =>
    gaps.filter((gap) => covers(gap.scope, resources.scopeAt(n))),
  );
  const byName = new Map(gaps.map((gap) => [gap.scope, gap]));
  for (let id = 0; id < resources.size; id += 1) {
    const kind = resources.kind(id);
    const own = kind === 'blob' ? undefined : byName.get(gapName(resources.at(id)));
    if (own !== undefined && (evidence.exists(id) || kind === 'record')) roots.set(id, reasonFor(own));
    const here = byScope[resources.scopeNumber(id)] ?? [];
    if (here.length === 0 || kind === 'record' || !evidence.exists(id)) continue;
    const gap = here.find((one) => one.hides === 'holds' || kind !== 'tag');
    if (gap !== undefined && isWeaker(roots.get(id), gap)) roots.set(id, reasonFor(gap));
  }
}

/** As a gap names one thing. There are no gaps on single blobs, of which there may be millions. */
function gapName({ kind, scope, key }: Resource): string {
  return kind === 'record' ? `${scope}/${key}` : formatResource({ kind, scope, key });
}

/** That no record is known says nothing where records could not be seen. */
function isWeaker(said: Reason | undefined, { hides }: Gap): boolean {
  return said === undefined || (said.code === 'no-record' && hides === 'holds');
}

function reasonFor(gap: Gap): Reason {
  return { code: 'evidence-gap', because: `${gap.source}: ${gap.cause}` };
}

function whyKept(evidence: Evidence, marks: Marks, roots: SaidTable, id: ResourceId): Reason {
  const own = roots.get(id);
  if (own !== undefined) return own;
  const root = rootOf(marks, id) as ResourceId;
  const because = roots.get(root) as Reason;
  if (evidence.resources.kind(root) !== 'record') return referencedBy(root);
  let owned = id;
  while (marks.from[owned] !== root) owned = marks.from[owned] as ResourceId;
  return owned === id ? because : referencedBy(owned);

  function referencedBy(keeper: ResourceId): Reason {
    const name = formatResource(evidence.resources.at(keeper));
    return { code: 'referenced', because: `${name} stays (${because.because})` };
  }
}

function whyGone(evidence: Evidence, condemned: Marks, retired: SaidTable, id: ResourceId): Reason {
  const own = retired.get(id);
  if (own !== undefined) return own;
  const root = rootOf(condemned, id);
  if (root === undefined) return { code: 'not-named', because: 'it does not exist' };
  const because = retired.get(root) as Reason;
  if (condemned.from[id] === root && evidence.resources.kind(root) === 'record') return because;
  const keeper = condemned.from[id] as ResourceId;
  return { code: 'unreferenced', because: `${formatResource(evidence.resources.at(keeper))} needed it, and goes` };
}
