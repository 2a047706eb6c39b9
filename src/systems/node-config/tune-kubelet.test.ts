import { describe, expect, test } from 'vitest';
import { tuneK3s } from './tune-k3s.ts';
import { tuneKubelet } from './tune-kubelet.ts';
import { tuningOf } from './tuning-of.ts';

const tuning = tuningOf({ high: '70', low: '60', minAgeMs: 600_000, discardUnpackedLayers: false });

const KUBEADM = `apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt # the cluster's
clusterDNS:
- 10.96.0.10

# images are kept for long
imageGCHighThresholdPercent: 85
imageMinimumGCAge: 0s
kind: KubeletConfiguration
shutdownGracePeriod: "0s"
`;

describe('a KubeletConfiguration', () => {
  test('comments, quotes, order and lists stay as they are', () => {
    expect(tuneKubelet(KUBEADM, tuning).after).toBe(
      `${KUBEADM.replace('85', '70').replace('imageMinimumGCAge: 0s', 'imageMinimumGCAge: 10m')}imageGCLowThresholdPercent: 60\n`,
    );
  });

  test('the depth of its lines stays', () => {
    const deep = 'kind: KubeletConfiguration\nauthentication:\n    webhook:\n        enabled: true\n';
    expect(tuneKubelet(deep, tuning).after).toMatch(
      /^kind: KubeletConfiguration\nauthentication:\n {4}webhook:\n {8}enabled/,
    );
  });

  test('an age that is the same in other words is left', () => {
    const text =
      'kind: KubeletConfiguration\nimageGCHighThresholdPercent:   70\nimageGCLowThresholdPercent: 60\nimageMinimumGCAge: "10m0s"\n';
    expect(tuneKubelet(text, tuning).after).toBe(text);
  });

  test('the longest age is set when it is given, in hours', () => {
    expect(tuneKubelet(KUBEADM, { ...tuning, maxAgeMs: 7 * 86_400_000 }).after).toContain('imageMaximumGCAge: 168h\n');
  });

  test('JSON stays JSON', () => {
    const text = '{\n    "kind": "KubeletConfiguration",\n    "maxPods": 110\n}\n';
    const { after } = tuneKubelet(text, tuning);
    expect(JSON.parse(after)).toEqual({
      ...{ kind: 'KubeletConfiguration', maxPods: 110, imageMinimumGCAge: '10m' },
      ...{ imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 60 },
    });
    expect(after).toMatch(/^\{\n {4}"kind"/);
    expect(tuneKubelet(after, tuning).after).toBe(after);
  });

  test.each([
    ['another kind', 'kind: ClusterConfiguration\n', /not KubeletConfiguration/],
    ['several documents', `${KUBEADM}---\n${KUBEADM}`, /several documents/],
    ['no YAML', 'kind: [KubeletConfiguration\n', /no YAML/],
    ['aliases', 'kind: KubeletConfiguration\na: &x 1\nb: *x\n', /aliases/],
    ['nothing', '', /is empty|no mapping/],
    ['a key that stands twice', `${KUBEADM}kind: KubeletConfiguration\n`, /no YAML/],
  ])('%s is refused', (_, text, why) => {
    expect(() => tuneKubelet(text, tuning)).toThrow(why);
  });
});

describe('settings of k3s and rke2', () => {
  test('flags are changed where they stand, and added behind the others', () => {
    const text =
      'token: "abc" # secret\nkubelet-arg:\n  - "max-pods=200"\n  - image-gc-high-threshold=85\ntls-san: [a, b]\n';
    expect(tuneK3s(text, tuning).after).toBe(
      'token: "abc" # secret\nkubelet-arg:\n  - "max-pods=200"\n  - image-gc-high-threshold=70\n  - image-gc-low-threshold=60\n' +
        '  - minimum-image-ttl-duration=10m\ntls-san: [a, b]\n',
    );
  });

  test('a single flag becomes a list', () => {
    expect(tuneK3s('kubelet-arg: max-pods=200\n', tuning).after).toBe(
      'kubelet-arg:\n  - max-pods=200\n  - image-gc-high-threshold=70\n  - image-gc-low-threshold=60\n  - minimum-image-ttl-duration=10m\n',
    );
  });

  test.each(['', '# nothing yet', 'node-label:\n- a=b\n', 'kubelet-arg:\n'])(
    'a second run changes nothing (%#)',
    (text) => {
      const once = tuneK3s(text, tuning).after;
      expect(once).toContain('image-gc-high-threshold=70');
      expect(once.startsWith(text.split('\n')[0] ?? '')).toBe(true);
      expect(tuneK3s(once, tuning).after).toBe(once);
    },
  );

  test.each([
    ['a list that is added to', 'kubelet-arg+: [a=b]\n', /kubelet-arg\+/],
    ['a flag that stands twice', 'kubelet-arg: [image-gc-low-threshold=1, image-gc-low-threshold=2]\n', /twice/],
    ['flags that are no text', 'kubelet-arg: [{a: b}]\n', /no text/],
  ])('%s is refused', (_, text, why) => {
    expect(() => tuneK3s(text, tuning)).toThrow(why);
  });
});

describe('what makes no sense', () => {
  test.each([
    ['60', '60', undefined],
    ['60', '70', undefined],
    ['101', '70', undefined],
    ['7.5', '1', undefined],
    ['70', '60', 600_000],
  ])('high %s, low %s, longest age %s is refused', (high, low, maxAgeMs) => {
    const ages = { minAgeMs: 600_000, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
    expect(() => tuningOf({ high, low, ...ages, discardUnpackedLayers: false })).toThrow(
      expect.objectContaining({ code: 'TUNE_INVALID' }),
    );
  });
});
