import tab from '@bomb.sh/tab/commander';
import type { AddCommand } from '../command.ts';

/** `winnow completion bash|zsh|fish|powershell` prints a script; the shell then asks `winnow complete -- …` for words. */
export const addCompletion: AddCommand = (parent) => {
  tab(parent, { completionCommandName: 'completion' });
};
