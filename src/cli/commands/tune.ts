import { type AddCommand, action } from '../command.ts';
import { addOutputOption } from '../options/output.ts';

export const addTune: AddCommand = (parent) => {
  const command = parent
    .command('tune')
    .summary("check and set how a node's kubelet and containerd keep images")
    .description(
      "Reads the settings of the node's kubelet, of k3s or rke2, and of containerd, and shows what they say about the collection of images and " +
        'what they should say. With --write it changes them: a copy of each file is kept beside it, comments stay, and a file that is not ' +
        'understood is left alone. Nothing is restarted: it says what has to be.',
    )
    .addHelpText('after', examples)
    .option('--high <percent>', 'the kubelet begins to remove images when so much of the disk is used', '70')
    .option('--low <percent>', 'and stops when only so much is', '60')
    .option('--min-age <duration>', 'images that were found later stay', '10m')
    .option('--max-age <duration>', 'images that were unused for so long go (left as it is)')
    .option('--discard-unpacked-layers', 'have containerd drop packed layers once they are unpacked (left as it is)')
    .option('--kubelet-config <file>', 'a KubeletConfiguration (looked for)')
    .option('--k3s-config <file>', 'config.yaml of k3s or rke2 (looked for)')
    .option('--containerd-config <file>', 'config.toml of containerd (looked for)')
    .option('--root <dir>', "where the node's root is mounted", '/')
    .option('--write', 'write what differs');
  addOutputOption(command).action(action(async () => (await import('../actions/tune.ts')).tune));
};

const examples = `
Examples:
  # What would be changed on this node?
  winnow tune

  # In a pod that has the node's root at /host
  winnow tune --root /host --high 75 --low 65 --write

  # containerd, too: not where Spegel or an embedded mirror serves other nodes from this one
  sudo winnow tune --discard-unpacked-layers --write`;
