import type {Session} from '../schema/request.ts';
import type {TraceIndex} from '../schema/trace.ts';
import type {Workload} from '../schema/workload.ts';
import type {TokenLengthByModel} from '../workloads/token-estimate.ts';
import {traceSession} from '../workloads/trace.ts';
import {traceRows} from './trace-rows.ts';

/** Session k is row k of the trace, a request of its own; null where there are no more. Its file is read as they are asked for. */
export const traceSessions = (
  workload: Workload<'trace'>,
  trace: TraceIndex,
  seed: number,
  tokenLength: TokenLengthByModel,
): ((index: number) => Session | null) => {
  const rowAt = traceRows(trace);
  const sessionOf = traceSession(workload, seed, tokenLength);
  return index => {
    const row = rowAt(index);
    return row && sessionOf(index, row);
  };
};
