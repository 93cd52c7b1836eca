import {once} from 'node:events';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, test} from 'vitest';
import {machineNow} from '../clock.ts';
import {machineMsAt, measureDateOffset} from './clock-offset.ts';

const never = new AbortController().signal;

const serve = async (answer: RequestListener) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};

/** A server whose clock is ahead of ours, and written anew when its own second is over: at any time of ours. */
const serveAhead = (aheadMs: number) =>
  serve((_, response) => {
    response.setHeader('date', new Date(machineNow() + aheadMs).toUTCString());
    response.end();
  });

test('two who watch one server agree on its time, and on when a start is, within the errors that they tell', async () => {
  const aheadMs = 5_000_000_123.4; // of this machine's monotonic clock
  await using server = await serveAhead(aheadMs);
  const startMs = machineNow() + aheadMs + 6500;
  const measured = await Promise.all([
    measureDateOffset(server.url, never, startMs),
    measureDateOffset(server.url, never, startMs),
    measureDateOffset(server.url, never, 0), // a start that is past
  ]);
  for (const clock of measured) {
    expect(clock.reference).toBe('date');
    expect(clock.errorMs).toBeGreaterThan(0);
    // The server's own seconds change at the truth's, so it is known here.
    expect(Math.abs(machineMsAt(clock, startMs) - (startMs - aheadMs))).toBeLessThanOrEqual(clock.errorMs);
  }
});

test('a server without a Date is an error that says how to get one', async () => {
  await using server = await serve((_, response) => {
    response.sendDate = false;
    response.end();
  });
  await expect(measureDateOffset(server.url, never, 0)).rejects.toMatchObject({
    code: 'BAD_OPTIONS',
    message: `${server.url} answers without a Date header, so that shards have no clock in common to start by`,
    hint: expect.stringContaining('--no-date-header'),
  });
});

test('several servers behind one address are told from one', async () => {
  let asked = 0;
  await using server = await serve((_, response) => {
    asked += 1;
    response.setHeader('date', new Date(asked % 2 === 0 ? 0 : 3_600_000).toUTCString());
    response.end();
  });
  await expect(measureDateOffset(server.url, never, 0)).rejects.toThrow(/several servers/);
});

test('a server that is not there, and a Ctrl-C, end the watch', async () => {
  const {url} = await (async () => {
    await using server = await serveAhead(0);
    return server;
  })();
  await expect(measureDateOffset(url, never, 0)).rejects.toMatchObject({code: 'ENGINE_UNREACHABLE'});
  await using server = await serveAhead(0);
  const reason = new Error('interrupted');
  const interrupted = new AbortController();
  const watching = measureDateOffset(server.url, interrupted.signal, machineNow() + 60_000);
  interrupted.abort(reason);
  await expect(watching).rejects.toBe(reason);
});
