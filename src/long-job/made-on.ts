import {execFileSync} from 'node:child_process';
import {cpus} from 'node:os';
import {projectRoot} from '../root.ts';

const git = (...words: readonly string[]) =>
  execFileSync('git', words, {cwd: projectRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();

/** `at …; do not edit. Commit …`: of a page that a job writes now. */
export const madeOn = (): string => {
  const changed = git('status', '--porcelain', '--', ':!reports') === '' ? '' : ', with changes';
  const commit = `${git('rev-parse', '--short=12', 'HEAD')}${changed}`;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  return `at ${new Date().toISOString()}; do not edit. Commit ${commit}, Node ${process.versions.node}, ${machine}.`;
};
