import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DIGEST, HOST, textOf } from '../../../test/support/report-examples.ts';
import { collectEvidence } from '../../evidence/evidence.ts';
import { buildGraph } from '../../graph/graph.ts';
import { mark } from '../../graph/mark.ts';
import { wayBack } from '../../graph/why.ts';
import { reasons } from '../../policy/reason.ts';
import { noPaint } from '../paint.ts';
import { type Explanation, renderExplain } from './render-explain.ts';
import { wayInWords } from './way.ts';
import { whatWouldChange } from './what-would-change.ts';

const SCOPE = `${HOST}/opschain/app`;
const CHILD = `sha256:${'cd'.repeat(32)}`;

/** A record owns a tag, the tag points at an index, the index lists a manifest. */
function childOfAnIndex(): Explanation {
  const { evidence, sink } = collectEvidence();
  const record = sink.resource('record', 'orders', '4711');
  const tag = sink.resource('tag', SCOPE, 'v1');
  const index = sink.resource('manifest', SCOPE, DIGEST);
  const child = sink.resource('manifest', SCOPE, CHILD);
  sink.refers(record, tag, 'record');
  sink.refers(tag, index, 'tag');
  sink.refers(index, child, 'child');
  const graph = buildGraph(evidence.resources.size, evidence.edges);
  const way = wayBack(graph, mark(graph, [record]), child);
  return {
    target: `${SCOPE}@${CHILD}`,
    registry: HOST,
    verdict: 'keep',
    reason: { code: 'referenced', because: 'record orders/4711 stays (status active)' },
    way: wayInWords(
      way,
      (id) => evidence.resources.at(id),
      (id) => (id === record ? 'active' : undefined),
    ),
  };
}

describe('an explanation', () => {
  test('walks from what keeps a thing down to the thing itself, in words', () => {
    expect(textOf(renderExplain(childOfAnIndex(), 'table', noPaint))).toBe(`\
${SCOPE}@${CHILD} STAYS
  referenced: something that stays refers to it
  because: record orders/4711 stays (status active)

What keeps it:
  record orders/4711 (active) owns →
    ${SCOPE}:v1 points at →
      ${SCOPE}@${DIGEST} lists →
        ${SCOPE}@${CHILD}

For it to go, everything that stays and refers to it would have to go first.`);
  });

  test('of something that goes tells what let it go, what would keep it, and what becomes of its siblings', () => {
    const explanation: Explanation = {
      target: `${SCOPE}:v1`,
      registry: HOST,
      verdict: 'delete',
      reason: { code: 'inactive-record', because: 'record 4711 (已归档)' },
      way: [{ resource: 'record orders/4711', words: 'owns', note: '已归档' }, { resource: `${SCOPE}:v1` }],
      siblings: [
        { target: `${SCOPE}:v2`, verdict: 'keep', reason: { code: 'active-record', because: 'record 4712 (active)' } },
      ],
    };

    expect(textOf(renderExplain(explanation, 'table', noPaint))).toBe(`\
${SCOPE}:v1 GOES
  inactive-record: only inactive records own it
  because: record 4711 (已归档)

What has let it go:
  record orders/4711 (已归档) owns →
    ${SCOPE}:v1

For it to stay, a record that owns it would have to be active.

SAME DIGEST                             VERDICT   REASON          BECAUSE
registry.example:5000/opschain/app:v2   keep      active-record   record 4712 (active)`);
  });

  test('shows the gap that keeps a thing, with its next step', () => {
    const explanation: Explanation = {
      target: `${SCOPE}:v1`,
      registry: HOST,
      verdict: 'keep',
      reason: { code: 'evidence-gap', because: 'records postgres: connection lost' },
      way: [],
      gaps: [{ scope: HOST, hides: 'holds', source: 'records postgres', cause: 'connection lost', hint: 'start it' }],
    };

    expect(textOf(renderExplain(explanation, 'wide', noPaint))).toContain(`
! registry.example:5000: who uses it could not be seen (records postgres: connection lost)
    hint: start it`);
  });

  test('of something that is not there says so', () => {
    const explanation: Explanation = { target: `${SCOPE}:v404`, registry: HOST, verdict: 'absent', way: [] };

    expect(textOf(renderExplain(explanation, 'table', noPaint))).toBe(
      `${SCOPE}:v404 IS NOT THERE\n\nNothing of this name was found. Next: winnow tag ls REPO`,
    );
  });

  test('is the same for programs in JSON and YAML', () => {
    const document = JSON.parse(textOf(renderExplain(childOfAnIndex(), 'json', noPaint)));

    expect(document).toMatchObject({
      kind: 'Explanation',
      target: `${SCOPE}@${CHILD}`,
      verdict: 'keep',
      reason: 'referenced',
      because: 'record orders/4711 stays (status active)',
      whatWouldChange: 'everything that stays and refers to it would have to go first',
      way: [
        { resource: 'record orders/4711', words: 'owns', note: 'active' },
        { resource: `${SCOPE}:v1`, words: 'points at' },
        { resource: `${SCOPE}@${DIGEST}`, words: 'lists' },
        { resource: `${SCOPE}@${CHILD}` },
      ],
      siblings: [],
      gaps: [],
    });
    expect(parse(textOf(renderExplain(childOfAnIndex(), 'yaml', noPaint)))).toEqual(document);
  });

  test('has a Markdown form', () => {
    const text = textOf(renderExplain(childOfAnIndex(), 'markdown', noPaint));

    expect(text).toContain(`## \`${SCOPE}@${CHILD}\` stays\n`);
    expect(text).toContain(`- record orders/4711 (active) owns →\n  - ${SCOPE}:v1 points at →\n    - `);
  });
});

test.each(Object.keys(reasons) as (keyof typeof reasons)[])(
  'what would change the verdict %s is one sentence',
  (code) => {
    expect(whatWouldChange(code)).toMatch(/^[a-z“].+[^.]$/);
  },
);
