import { expect, test } from 'vitest';
import { checkSettings } from '../check.ts';
import { formatProblem } from '../problem.ts';

function check(...lines: readonly string[]) {
  const { problems, warnings } = checkSettings(lines.join('\n'), 'w.yaml');
  return { problems: problems.map(formatProblem), warnings: warnings.map(formatProblem) };
}

test('each cluster has a name of its own, where it has one', () => {
  const { problems } = check(
    'clusters:',
    '  - {kind: manifests, name: eu, path: /a}',
    "  - 'manifests:/b?name=eu'",
    '  - {kind: manifests, path: /c/eu}',
    '  - {kind: snapshot, name: us, from: /us}',
    '  - {kind: snapshot, name: us, from: /eu}',
  );

  expect(problems).toEqual([
    expect.stringMatching(/^w\.yaml:3:5: clusters\[1\]: .*clusters\[0\] has the name eu, too/),
    expect.stringMatching(/^w\.yaml:6:\d+: clusters\[4\]\.name: .*clusters\[3\] has the name us, too/),
  ]);
});

test('a snapshot that may be older than what may go is warned of', () => {
  const { problems, warnings } = check(
    'clusters:',
    '  - {kind: snapshot, from: /us, maxAge: 3h}',
    "  - 'snapshot:/eu?max-age=30m'",
    "  - 'snapshot:/asia'",
    'prune: {minAge: 1h}',
  );

  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    expect.stringMatching(/^w\.yaml:2:\d+: clusters\[0\]\.maxAge: .*may be 3h old, and what was pushed 1h ago may go/),
    expect.stringMatching(/^w\.yaml:4:5: clusters\[2\]: .*may be 1d old/),
  ]);
});

test('by default a snapshot is as young as what stays', () => {
  expect(check("clusters: ['snapshot:/eu']").warnings).toEqual([]);
});
