import { z } from 'zod';
import { collectEvidence, type Evidence } from '../../src/evidence/evidence.ts';
import type { Gap } from '../../src/evidence/gap.ts';
import { linkRecords } from '../../src/evidence/link-records.ts';
import { formatResource } from '../../src/evidence/resource.ts';
import type { About, EdgeKind } from '../../src/evidence/sink.ts';
import { buildGraph, reverseGraph } from '../../src/graph/graph.ts';
import { parseReferrerTag } from '../../src/oci/referrer-tag.ts';
import { type RegistryActions, registryActions } from '../../src/plan/registry-actions.ts';
import { keptTags } from '../../src/plan/repository-counts.ts';
import { type Decisions, decide, type Ruleset } from '../../src/policy/decide.ts';
import { withUses } from '../../src/policy/in-use.ts';
import { pruneRuleset } from '../../src/policy/prune.ts';
import { reconcileRuleset } from '../../src/policy/reconcile.ts';
import type { View } from '../../src/policy/view.ts';
import { DAY_MS, digestOf, HOST, NOW_MS } from './letters.ts';
import { policyIn, pruneParts, remembered, stateUses } from './prune-story.ts';

/** A small world in YAML. Manifests have letters for names; `HOST` is the registry. */

const letters = z.array(z.string()).default([]);
export const storySchema = z.strictObject({
  story: z.string(),
  issues: z.array(z.string()).default([]),
  /** `repository:tag` → manifest. `sig(A)` as a tag is cosign's tag for A. */
  tags: z.record(z.string(), z.string()),
  manifests: z.record(
    z.string(),
    z.strictObject({
      in: z.string().optional(),
      children: letters,
      layers: z.record(z.string(), z.number()).default({}),
      subject: z.string().optional(),
      opaque: letters,
      absent: z.boolean().default(false),
      unreadable: z.boolean().default(false),
      createdDaysAgo: z.number().optional(),
      /** As a source states them: `label:KEY`, `annotation:KEY`, `platform`. Absent: they were not read. */
      attributes: z.record(z.string(), z.string()).optional(),
    }),
  ),
  records: z
    .array(z.strictObject({ id: z.string(), owns: z.string(), status: z.enum(['active', 'inactive', 'unknown']) }))
    .default([]),
  retired: letters,
  gaps: z.array(z.strictObject({ scope: z.string(), hides: z.enum(['existence', 'references', 'holds']) })).default([]),
  firstSeenDaysAgo: z.record(z.string(), z.number()).default({}),
  registry: z
    .strictObject({
      untagBy: z.enum(['tag', 'digest']).default('tag'),
      deleteManifests: z.boolean().default(true),
      untagByOverwrite: z.boolean().default(false),
    })
    .prefault({}),
  classes: z
    .array(z.looseObject({ kind: z.enum(['transient', 'retained', 'protected']), repositories: letters }))
    .default([]),
  /** What only `prune` knows; given, it is the flow. */
  prune: z.strictObject(pruneParts).optional(),
});

export { DAY_MS, digestOf, HOST, NOW_MS };

export type Story = z.infer<typeof storySchema>;

function tagName(tag: string): string {
  const signed = /^sig\((.+)\)$/.exec(tag);
  return signed === null ? tag : `${digestOf(signed[1] as string).replace(':', '-')}.sig`;
}

/** Tells the story as facts, decides, and plans. */
export function tellStory(story: Story): { view: View; decisions: Decisions; planned: RegistryActions } {
  const { evidence, bad } = evidenceOf(story);
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const firstSeenMs = (tag: number) => {
    const days = story.firstSeenDaysAgo[formatResource(evidence.resources.at(tag)).slice(HOST.length + 1)];
    return days === undefined ? undefined : NOW_MS - days * DAY_MS;
  };
  const memory = story.prune === undefined ? {} : remembered(story.prune, evidence);
  const view: View = { evidence, graph, keepers: reverseGraph(graph), nowMs: NOW_MS, firstSeenMs, ...memory };
  const decided = decide(view, rulesetOf(story));
  const decisions = story.prune === undefined ? decided : withUses(view, decided, (reference) => bad.has(reference));
  return { view, decisions, planned: registryActions(evidence, graph, view.keepers, decisions, story.registry) };
}

function rulesetOf(story: Story): Ruleset {
  if (story.prune !== undefined) return pruneRuleset(policyIn(story.prune)).ruleset;
  const classes = story.classes.map((one, n) => ({
    name: `class${n + 1}`,
    ...(one.kind === 'transient' ? { whenNoRecord: 'keep' as const, noRecordMinAgeMs: 0 } : {}),
    ...(one.kind === 'retained' ? { onlyWhenRecordInactive: false } : {}),
    ...one,
  })) as Parameters<typeof reconcileRuleset>[0]['classes'];
  return reconcileRuleset({ classes });
}

function evidenceOf(story: Story): { readonly evidence: Evidence; readonly bad: ReadonlySet<string> } {
  const { sink, evidence } = collectEvidence();
  const homes = new Map<string, Set<string>>();
  const settle = (letter: string, repository: string) => {
    const there = homes.get(letter) ?? new Set();
    if (there.has(repository)) return;
    homes.set(letter, there.add(repository));
    const manifest = story.manifests[letter];
    for (const next of [...(manifest?.children ?? []), ...(manifest?.opaque ?? [])]) settle(next, repository);
  };
  const manifestIn = (repository: string, letter: string) =>
    sink.resource('manifest', `${HOST}/${repository}`, digestOf(letter));
  for (const [name, letter] of Object.entries(story.tags)) {
    const [repository = '', tag = ''] = name.split(/:(.*)/s);
    settle(letter, repository);
    const id = sink.resource('tag', `${HOST}/${repository}`, tagName(tag));
    sink.exists(id, timesOfTag(story, name));
    sink.refers(id, manifestIn(repository, letter), 'tag');
    const named = parseReferrerTag(tagName(tag));
    if (named !== undefined)
      sink.refers(id, sink.resource('manifest', `${HOST}/${repository}`, named.subject), 'referrer-tag');
  }
  for (const [letter, manifest] of Object.entries(story.manifests))
    if (manifest.in !== undefined) settle(letter, manifest.in);
  for (const [letter, repositories] of homes)
    for (const repository of repositories) stateManifest(story, sink, repository, letter);
  stateClaims(story, sink);
  linkRecords(evidence, sink, () => []);
  const bad = story.prune === undefined ? [] : stateUses(story.prune, sink, evidence);
  return { evidence, bad: new Set(bad.map(({ reference }) => reference)) };
}

type Sink = ReturnType<typeof collectEvidence>['sink'];

function timesOfTag({ prune }: Story, name: string): About {
  const [pushed, pulled] = [prune?.pushedDaysAgo[name], prune?.pulledDaysAgo[name]];
  return {
    ...(pushed !== undefined && { pushedAtMs: NOW_MS - pushed * DAY_MS }),
    ...(pulled !== undefined && { lastUsedAtMs: NOW_MS - pulled * DAY_MS }),
  };
}

function stateManifest(story: Story, sink: Sink, repository: string, letter: string): void {
  const manifest = story.manifests[letter];
  const scope = `${HOST}/${repository}`;
  const id = sink.resource('manifest', scope, digestOf(letter));
  if (manifest === undefined || manifest.absent) return;
  const age = manifest.createdDaysAgo;
  const { attributes } = manifest;
  sink.exists(id, {
    sizeBytes: 0,
    ...(age === undefined ? {} : { createdAtMs: NOW_MS - age * DAY_MS }),
    ...(attributes === undefined ? {} : { attributes }),
  });
  if (manifest.unreadable) {
    sink.holds(id, 'it could not be read');
    sink.gap({ scope, hides: 'references', source: 'registry', cause: `${letter} could not be read` });
  }
  const names = (other: string, as: EdgeKind) => sink.refers(id, sink.resource('manifest', scope, digestOf(other)), as);
  for (const child of manifest.children) names(child, 'child');
  for (const other of manifest.opaque) names(other, 'opaque');
  if (manifest.subject !== undefined) names(manifest.subject, 'subject');
  for (const [layer, sizeBytes] of Object.entries(manifest.layers)) {
    const blob = sink.resource('blob', HOST, digestOf(`layer ${layer}`));
    sink.exists(blob, { sizeBytes });
    sink.refers(id, blob, 'layer');
  }
}

function stateClaims(story: Story, sink: Sink): void {
  for (const { id, owns, status } of story.records) {
    const record = sink.resource('record', 'records', id);
    sink.exists(record, {});
    const [repository = '', name = ''] = owns.split(/[:@](.*)/s);
    const kind = owns.includes('@') ? 'manifest' : 'tag';
    const key = kind === 'manifest' ? digestOf(name) : tagName(name);
    sink.refers(record, sink.resource(kind, `${HOST}/${repository}`, key), 'record');
    if (status === 'inactive') sink.retires(record, `record ${id} (inactive)`);
    else sink.holds(record, `record ${id} (${status})`);
  }
  for (const one of story.retired) {
    const [repository = '', letter = ''] = one.split('@');
    sink.retires(sink.resource('manifest', `${HOST}/${repository}`, digestOf(letter)), 'an earlier run removed it');
  }
  for (const gap of story.gaps) sink.gap({ ...gap, source: 'test', cause: 'not seen' } satisfies Gap);
}

/** What the plan says, in lines with letters: `delete-tag app:v1 inactive-record 5`, then what is kept. */
export function planText({ view, decisions, planned }: ReturnType<typeof tellStory>, story: Story): string {
  const names = new Map(Object.keys(story.manifests).map((letter) => [digestOf(letter), letter]));
  const shorten = (text: string) => {
    let short = text.slice(HOST.length + 1);
    for (const [digest, letter] of names)
      short = short.replaceAll(digest, letter).replaceAll(digest.replace(':', '-'), letter);
    return short;
  };
  const going = planned.actions.map((action) => {
    const how = action.by === undefined || action.by === 'tag' ? '' : ` by ${action.by}`;
    const frees = action.freesBytes === 0 ? '' : ` frees ${action.freesBytes}`;
    return `${action.do} ${shorten(formatResource(action.target))}${how} ${action.reason}${frees}`;
  });
  const kept = [...keptTags(view, decisions, planned)].map((one) => `keep ${shorten(one.target)} ${one.reason}`).sort();
  const apart = story.prune === undefined ? [] : keptByThemselves({ view, decisions }).map(shorten).sort();
  return [...going, ...kept, ...apart.map((one) => `keep ${one}`)].join('\n');
}

/** Manifests that stay for a reason of their own, and not with what refers to them. */
function keptByThemselves({ view: { evidence }, decisions }: Pick<ReturnType<typeof tellStory>, 'view' | 'decisions'>) {
  const { resources } = evidence;
  const kept: string[] = [];
  for (let id = 0; id < resources.size; id += 1) {
    if (resources.kind(id) !== 'manifest' || !evidence.exists(id) || decisions.isDeleted(id)) continue;
    const { code } = decisions.reasonOf(id);
    if (code !== 'referenced') kept.push(`${formatResource(resources.at(id))} ${code}`);
  }
  return kept;
}
