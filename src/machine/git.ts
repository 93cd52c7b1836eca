import {realpath} from 'node:fs/promises';
import {resolve} from 'node:path';
import {execa} from 'execa';

interface GitState {
  readonly commit: string | null;
  /** Whether anything differs from the commit, files that git does not know included. */
  readonly dirty: boolean | null;
}

const unknown: GitState = {commit: null, dirty: null};

/** The state of the repository whose top is `root`; nulls where there is none, no commit yet or no git. */
export const gitState = async (root: string): Promise<GitState> => {
  const git = (...words: readonly string[]) =>
    execa('git', ['-C', root, ...words], {reject: false, timeout: 10_000, stdin: 'ignore'});
  const [head, status] = await Promise.all([git('rev-parse', '--show-toplevel', 'HEAD'), git('status', '--porcelain')]);
  const [top, commit] = head.stdout?.split('\n') ?? [];
  if (head.failed || top === undefined || commit === undefined) return unknown;
  // Installed below somebody else's repository, that one's commit says nothing of this code.
  if (resolve(top) !== (await realpath(root))) return unknown;
  return {commit, dirty: status.failed ? null : status.stdout !== ''};
};
