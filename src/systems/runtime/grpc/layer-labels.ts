const LAYER = /^containerd\.io\/gc\.ref\.content\.(l\.\d+|[1-9]\d*)$/;

/** Whether a label is one by which a manifest keeps a packed layer; older ones are numbered, and number 0 is the config. */
export function isLayerLabel(label: string): boolean {
  return LAYER.test(label);
}
