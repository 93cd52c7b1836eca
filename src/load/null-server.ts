import {type AddressInfo, createServer} from 'node:net';
import {parentPort} from 'node:worker_threads';
import {streamWrites} from './bench-client/reply-bytes.ts';
import {RequestReader} from './bench-client/request-reader.ts';

/** A worker that answers every request at once with the same stream of 64 tokens; tells its port when it listens. */
const reply = Buffer.concat(streamWrites(64));

const server = createServer({noDelay: true}, socket => {
  const reader = new RequestReader(() => socket.write(reply));
  socket.on('data', bytes => reader.feed(bytes)).on('error', () => {});
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
