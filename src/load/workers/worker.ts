/** One worker of a load: does its part when it is told to, and hands its samples over as blocks. */
import {parentPort, workerData} from 'node:worker_threads';
import {preparePart} from '../part.ts';
import {plannedPart} from '../planned-part.ts';
import {SharedCounts} from '../shared-counts.ts';
import type {FromWorker, ToWorker, WorkerData, WorkerResult} from './messages.ts';
import {sendable} from './thrown-there.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is not a program: runWorkers starts it');

const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const aborted = new AbortController();
const go = Promise.withResolvers<void>();
port.on('message', (message: ToWorker) => {
  if (message === 'go') go.resolve();
  else aborted.abort();
});

const work = async ({plan, part, shard, shared}: WorkerData): Promise<WorkerResult> => {
  using planned = plannedPart(
    plan,
    part,
    block => tell({kind: 'block', block}, [block.buffer]),
    (id, reads) => tell({kind: 'reply', id, reads}),
  );
  await using ready = await preparePart({
    ...planned.options,
    signal: aborted.signal,
    part,
    shard,
    shared: new SharedCounts(shared),
  });
  tell({kind: 'ready'});
  await go.promise;
  const outcome = await ready.run();
  return {outcome, dataSums: planned.dataHash.sums};
};

try {
  tell({kind: 'done', result: await work(workerData as WorkerData)});
} catch (thrown) {
  tell({kind: 'failed', thrown: sendable(thrown)});
}
port.close();
