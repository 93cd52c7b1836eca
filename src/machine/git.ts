import {execFile} from 'node:child_process';
import {realpath} from 'node:fs/promises';
import {resolve} from 'node:path';
import {promisify} from 'node:util';

interface GitState {
  readonly commit: string | null;
  /** Whether anything differs from the commit, files that git does not know included. */
  readonly dirty: boolean | null;
}

const unknown: GitState = {commit: null, dirty: null};

const run = promisify(execFile);

/** The state of the repository whose top is `root`; nulls where there is none, no commit yet or no git. */
export const gitState = async (root: string): Promise<GitState> => {
  /** What it printed; null when it failed. */
  const git = (...words: readonly string[]): Promise<string | null> =>
    run('git', ['-C', root, ...words], {timeout: 10_000, maxBuffer: Number.POSITIVE_INFINITY}).then(
      ({stdout}) => stdout,
      () => null,
    );
  const [head, status] = await Promise.all([git('rev-parse', '--show-toplevel', 'HEAD'), git('status', '--porcelain')]);
  const [top, commit] = head?.split('\n') ?? [];
  if (top === undefined || commit === undefined) return unknown;
  // Installed below somebody else's repository, that one's commit says nothing of this code.
  if (resolve(top) !== (await realpath(root))) return unknown;
  return {commit, dirty: status === null ? null : status !== ''};
};
