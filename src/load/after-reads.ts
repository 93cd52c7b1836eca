/** First in, first out. */
const jobs: (() => void)[] = [];
let next = 0;

const runOne = () => {
  const job = jobs[next] as () => void;
  next += 1;
  if (next === jobs.length) {
    jobs.length = 0;
    next = 0;
  } else setImmediate(runOne);
  job();
};

/**
 * Does a job when what has arrived on all sockets was read and stamped: one a turn of the event loop, and between two of
 * them the sockets are looked at again. A reply's end costs a hundred times a token's read (its sample, the next
 * prompt, the next write), and streams that march in step end together: done at once, the work for the first of them
 * would be in the stamps of all the others.
 */
export const afterReads = (job: () => void): void => {
  jobs.push(job);
  if (jobs.length - next === 1) setImmediate(runOne);
};
