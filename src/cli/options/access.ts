import type { Command } from 'commander';

/** How to reach a registry that is named by something else than `--registry`. */
export function addAccessOptions(command: Command): Command {
  return command
    .option('--certificate-authority <file>', "PEM file of an authority to trust besides the system's")
    .option('--client-certificate <file>', 'PEM file of the certificate to show')
    .option('--client-key <file>', 'PEM file of its key')
    .option('--force-insecure', 'accept invalid certificates, and plain HTTP where no scheme is given')
    .option('--username <name>', 'user name at the registry')
    .option('--password-file <file>', 'file with the password or token')
    .option('--auth-file <file>', 'credentials as docker login writes them, or a pull secret')
    .option('--timeout <duration>', 'how long to wait for an answer')
    .option('--retries <count>', 'how often a request is repeated');
}
