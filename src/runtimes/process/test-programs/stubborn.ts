/** A healthy server that does not stop when it is asked to. */
import './healthy.ts';

process.on('SIGTERM', () => process.stdout.write('not now\n'));
