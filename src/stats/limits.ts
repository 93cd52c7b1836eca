/**
 * Where a trial stops being evidence. One place for all of them; each is what the project agreed to measure by, together
 * with the mistake that it keeps out.
 */
export const limits = {
  /**
   * Milliseconds, of the event loop's delay and of sent - scheduled, at p99. Beyond it the client's own waiting is a
   * visible part of a 35 ms TTFT, the fastest that is claimed.
   */
  lagP99Ms: 5,
  /** Of the planned rate, and of the planned requests: a client that sends less measures a lighter load. */
  achievedShare: 0.99,
  /** Of all requests: failures are fast or slow for reasons of their own and leave the others less company. */
  failureShare: 0.01,
  /** Around the planned output length: shorter answers are less work, so rates and latencies do not compare. */
  outputLengthShare: 0.1,
  /** Between the server's count of output tokens and the client's count of events that carried some. */
  tokenAgreementShare: 0.01,
  /**
   * Mean latencies that an open loop's steady window lasts at least, as a closed loop has three requests a slot. What is
   * on its way when the window ends is not counted in it: in a shorter one that is more than every third request, and all
   * of them in one shorter than a latency. Little's law warns of what is left of that.
   */
  steadyLatencies: 3,
  /** Around L = λW: past the noise of a window of some latencies' length. */
  littlesLawShare: 0.1,
  /** Between the share of cached prompt tokens by the replies and by the server's counters, both 0…1. */
  hitsAgreement: 0.01,
  /** Milliseconds from the start that all shards of a load agreed on, with the error of the clock that tells it. */
  shardLateMs: 100,
  /** MiB of a card in the hands of others: none is right for a measurement. */
  othersMemoryMiB: 0,
} as const;
