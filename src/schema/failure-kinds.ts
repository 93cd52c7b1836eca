/** How a request can fail. Apart from the samples' schema: the code that measures needs this list and no validator. */
export const failureKinds = [
  'connect', // refused, reset before a reply, name not found
  'timeout',
  'status', // an HTTP status of 400 or more
  'disconnect', // the connection ended before the reply did
  'malformed', // a reply that is not what the protocol says
  'error-event', // an error inside a stream that began with 200
  'empty', // a well-formed reply without what was asked for
  'aborted', // by us: the run was interrupted
] as const;
export type FailureKind = (typeof failureKinds)[number];
