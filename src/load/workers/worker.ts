/** One worker of a load: does its part when it is told to, and hands its samples over as blocks. */
import {parentPort, workerData} from 'node:worker_threads';
import {engines} from '../../engines/index.ts';
import {CutoverError} from '../../errors.ts';
import {SampleBlockWriter} from '../../schema/sample-block.ts';
import {DataHash} from '../../workloads/data-hash.ts';
import {plannedSessions} from '../../workloads/planned-sessions.ts';
import {preparePart} from '../part.ts';
import {SharedCounts} from '../shared-counts.ts';
import type {FromWorker, ThrownThere, ToWorker, WorkerData, WorkerResult} from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is not a program: runWorkers starts it');

const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const aborted = new AbortController();
const go = Promise.withResolvers<void>();
port.on('message', (message: ToWorker) => {
  if (message === 'go') go.resolve();
  else aborted.abort();
});

const work = async ({plan, part, shared}: WorkerData): Promise<WorkerResult> => {
  const dataHash = new DataHash();
  const blocks = new SampleBlockWriter(block => tell({kind: 'block', block}, [block.buffer]));
  await using ready = await preparePart({
    ...plan,
    engine: engines[plan.engine],
    warmup: plannedSessions(plan.warmup, null),
    measured: plannedSessions(plan.measured, dataHash),
    signal: aborted.signal,
    part,
    shared: new SharedCounts(shared),
    onSample: sample => blocks.add(sample),
    keepReplies: {first: plan.keepReplies, keep: (id, reads) => tell({kind: 'reply', id, reads})},
  });
  tell({kind: 'ready'});
  await go.promise;
  const outcome = await ready.run();
  blocks.flush();
  return {outcome, dataSums: dataHash.sums};
};

const sendable = (thrown: unknown): ThrownThere =>
  thrown instanceof CutoverError
    ? {code: thrown.code, message: thrown.message, hint: thrown.hint}
    : {code: null, error: thrown};

try {
  tell({kind: 'done', result: await work(workerData as WorkerData)});
} catch (thrown) {
  tell({kind: 'failed', thrown: sendable(thrown)});
}
port.close();
