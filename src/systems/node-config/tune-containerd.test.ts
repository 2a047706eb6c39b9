import { describe, expect, test } from 'vitest';
import { NotUnderstood } from './not-understood.ts';
import { tuneContainerd } from './tune-containerd.ts';

const added = (before: string, after: string): readonly string[] => {
  const old = before.split('\n');
  return after.split('\n').filter((line) => !old.includes(line));
};

const refusal = (text: string, imported: Parameters<typeof tuneContainerd>[1] = []): string => {
  try {
    tuneContainerd(text, imported);
  } catch (error) {
    if (error instanceof NotUnderstood) return error.message;
    throw error;
  }
  return 'it was changed';
};

const KUBEADM = `disabled_plugins = []
imports = []
oom_score = 0
required_plugins = []
root = "/var/lib/containerd"
version = 2

[cgroup]
  path = ""

[plugins]

  [plugins."io.containerd.gc.v1.scheduler"]
    deletion_threshold = 0
    startup_delay = "100ms"

  [plugins."io.containerd.grpc.v1.cri"]
    sandbox_image = "registry.k8s.io/pause:3.9" # a comment with [brackets] and "quotes"

    [plugins."io.containerd.grpc.v1.cri".containerd]
      default_runtime_name = "runc"
      discard_unpacked_layers = false
      snapshotter = "overlayfs"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          pod_annotations = ["a", # one
            'b]']
          runtime_type = "io.containerd.runc.v2"

[stream_processors]

  [stream_processors."io.containerd.ocicrypt.decoder.v1.tar"]
    args = ["--decryption-keys-path", "/etc/containerd/ocicrypt/keys"]
    path = "ctd-decoder"
`;

const EKS = `version = 2
root = "/var/lib/containerd"
[plugins.'io.containerd.grpc.v1.cri'.containerd]
default_runtime_name = "nvidia"
discard_unpacked_layers = true

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]
runtime_type = "io.containerd.runc.v2"
`;

const V3 = `version = 3

[plugins.'io.containerd.cri.v1.images']
  snapshotter = 'overlayfs'

  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = 'registry.k8s.io/pause:3.10'
`;

describe('turning discard_unpacked_layers on', () => {
  test('a whole default file of 1.x changes in one value', () => {
    const { after, setting } = tuneContainerd(KUBEADM, []);
    expect(after).toBe(KUBEADM.replace('discard_unpacked_layers = false', 'discard_unpacked_layers = true'));
    expect(setting).toEqual({ name: 'discard_unpacked_layers', now: 'false', wanted: 'true' });
  });

  test('a file that has it on stays as it is', () => {
    expect(tuneContainerd(EKS, []).after).toBe(EKS);
  });

  test('a key is added to the table that is there, with the indent of its neighbours', () => {
    expect(tuneContainerd(V3, []).after).toBe(
      V3.replace("  snapshotter = 'overlayfs'", "  discard_unpacked_layers = true\n  snapshotter = 'overlayfs'"),
    );
    const flush = EKS.replace('discard_unpacked_layers = true\n', '');
    expect(added(flush, tuneContainerd(flush, []).after)).toEqual(['discard_unpacked_layers = true']);
  });

  test('a table whose line is the last of the file, without a line feed, gets its key', () => {
    const bare = "version = 3\n[plugins.'io.containerd.cri.v1.images']";
    expect(tuneContainerd(bare, []).after).toBe(`${bare}\n  discard_unpacked_layers = true\n`);
  });

  test('a version 2 file without a runtime gets one: containerd 2.x drops the setting without', () => {
    const { after, notes } = tuneContainerd('version = 2\n', []);
    expect(after).toBe(
      'version = 2\n\n[plugins."io.containerd.grpc.v1.cri".containerd]\n  discard_unpacked_layers = true\n\n' +
        '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type = "io.containerd.runc.v2"\n',
    );
    expect(notes).toHaveLength(1);
    expect(tuneContainerd(after, []).after).toBe(after);
  });

  test('line ends of Windows stay', () => {
    const text = V3.replaceAll('\n', '\r\n');
    expect(tuneContainerd(text, []).after.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test.each([KUBEADM, V3, 'version = 2\n', "version = 3\n[plugins.'io.containerd.cri.v1.images']"])(
    'a second run changes nothing (%#)',
    (text) => {
      const once = tuneContainerd(text, []).after;
      expect(tuneContainerd(once, []).after).toBe(once);
    },
  );
});

describe('what is not understood is refused', () => {
  test.each([
    ['a file without a version', '[plugins.cri.containerd]\n', /version 1$/],
    ['a version that is not known', 'version = 4\n', /version is 4/],
    ['CRI that is disabled, as in the package of Docker', 'version = 2\ndisabled_plugins = ["cri"]\n', /disables CRI/],
    ['plugins on one line', 'version = 2\nplugins = {}\n', /plugins is written on one line/],
    [
      'tables that are written with dots',
      'version = 3\n[plugins]\n"io.containerd.cri.v1.images".snapshotter = "native"\n',
      /written with dots/,
    ],
    ['a table that stands twice', `${V3}\n[plugins."io.containerd.cri.v1.images"]\n`, /stands there twice/],
    ['a key that stands twice', `${EKS.replace('true', 'false\ndiscard_unpacked_layers = true')}`, /is set twice/],
    ['a text that does not end', 'version = 2\nroot = "/var\n', /line 2 is not understood/],
    ['a bracket that is not closed', 'version = 2\nimports = ["a"\n', /line 2 is not understood/],
    ['what is no TOML', 'version = 2\nplease: yes\n', /line 2 is not understood/],
  ])('%s', (_, text, why) => {
    expect(refusal(text)).toMatch(why);
  });

  test('a file that is imported and has tables of CRI: 1.x takes them in place of all others', () => {
    const drop = {
      path: '/etc/containerd/conf.d/nvidia.toml',
      text: EKS.replace('discard_unpacked_layers = true', ''),
    };
    expect(refusal(KUBEADM, [drop])).toMatch(/nvidia\.toml, which it imports, has tables of the CRI plugin/);
  });

  test('an imported file that says otherwise, and one that imports more', () => {
    const off = { path: '/x.toml', text: V3.replace("snapshotter = 'overlayfs'", 'discard_unpacked_layers = false') };
    expect(refusal(V3, [off])).toMatch(/sets it to false/);
    expect(refusal(V3, [{ path: '/x.toml', text: 'imports = ["/y.toml"]\n' }])).toMatch(/imports further files/);
    expect(refusal(V3, [{ path: '/x.toml', text: V3 }])).toBe('it was changed');
  });
});
