/** What `performance.now()` must be moved by to count from the machine's start, as it does in every other process. */
const sinceMachineStartMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds on the machine's monotonic clock: stamps of two processes can be subtracted from one another. */
export const machineNow = (): number => performance.now() + sinceMachineStartMs;
