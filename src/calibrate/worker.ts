/** A worker of a calibration: simulates the stretches of decisions that it is given, one after the other. */
import {parentPort} from 'node:worker_threads';
import {type Stretch, tallied} from './stretch.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is not a program: runStretches starts it');
port.on('message', (stretch: Stretch) => port.postMessage(tallied(stretch)));
