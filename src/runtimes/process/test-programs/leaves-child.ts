/** Fails at once and leaves a child behind; the child's number is in the log. */
import {spawn} from 'node:child_process';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {stdio: 'ignore'});
child.once('spawn', () => {
  process.stdout.write(`child ${child.pid}\n`);
  process.exit(1);
});
