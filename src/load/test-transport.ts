import type {HttpRequest, Transport} from './transport.ts';

/** Any request. */
export const request: HttpRequest = {
  method: 'POST',
  path: '/v1/x',
  headers: {'x-request-id': 'r1'},
  body: Buffer.from('{"a":"é"}'),
};

/** A clock that has moved on by 1 ms at every look. */
export const counting = () => ({
  looks: 0,
  now() {
    this.looks += 1;
    return this.looks;
  },
});

/** Resolves when the event loop has come round to where `condition` holds. */
export const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise(setImmediate);
};

interface Outcome {
  sentMs: number[];
  heads: [number, number][];
  reads: [string, number][];
  endMs: number | null;
  error: {kind: string; message: string} | null;
}

/** Sends a request and notes all that becomes of it. */
export const send = (transport: Transport, what = request) => {
  const outcome: Outcome = {sentMs: [], heads: [], reads: [], endMs: null, error: null};
  const {promise, resolve} = Promise.withResolvers<Outcome>();
  const cancel = transport.send(what, {
    onSent: atMs => outcome.sentMs.push(atMs),
    onHead: (status, atMs) => outcome.heads.push([status, atMs]),
    onBytes: (buffer, start, end, atMs) => outcome.reads.push([buffer.toString('utf8', start, end), atMs]),
    onEnd(atMs) {
      outcome.endMs = atMs;
      resolve(outcome);
    },
    onError(error) {
      outcome.error = error;
      resolve(outcome);
    },
  });
  return {ended: promise, cancel, outcome};
};
