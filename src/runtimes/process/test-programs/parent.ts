/** A healthy server with a child; neither stops when it is asked to. The log has their numbers, and their guard's. */
import {spawn} from 'node:child_process';

process.on('SIGTERM', () => {});
const child = spawn(process.execPath, [
  '-e',
  'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6)',
]);
child.stdout.once('data', () => {
  process.stdout.write(`guard ${process.ppid}\nparent ${process.pid}\nchild ${child.pid}\n`);
  void import('./healthy.ts');
});
