/** A process of its own for the null engine or the client of `npm run bench:gateway`; it ends with whoever forked it. */
import {type BlockJob, runBlock} from './block.ts';
import {startNullEngine} from './null-engine.ts';

export type PartOrder = {readonly part: 'engine'} | {readonly part: 'client'; readonly job: BlockJob};

process.on('message', async (order: PartOrder) => {
  if (order.part === 'client') {
    process.send?.(await runBlock(order.job));
    return;
  }
  const engine = await startNullEngine();
  process.once('disconnect', () => engine[Symbol.dispose]());
  process.send?.({whole: engine.whole, streamed: engine.streamed});
});
