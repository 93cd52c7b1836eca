import {setTimeout as delay} from 'node:timers/promises';
import type {Cancel, ChatWork, Engine} from '../engine.ts';
import {type Bootstrap, type Delivery, type PdStats, patience, timedOut, transferError} from './bootstrap.ts';
import type {Heard} from './part.ts';

interface DecodeOptions {
  readonly engine: Engine;
  readonly speed: number;
}

/** True as soon as the prefill server tells of itself; false when it has not for so many attempts. */
const handshake = async (origin: string, speed: number, signal: AbortSignal): Promise<boolean> => {
  for (let attempt = 1; ; attempt++) {
    const query = 'prefill_dp_rank=-1&prefill_cp_rank=-1&target_tp_rank=-1&target_pp_rank=-1';
    const reply = await fetch(`${origin}/route?${query}`, {signal}).catch(() => null);
    await reply?.arrayBuffer();
    if (reply?.ok) return true;
    if (signal.aborted || attempt === patience.handshakeAttempts) return false;
    await delay(patience.handshakeMs / speed, undefined, {signal}).catch(() => {});
  }
};

/**
 * The decode half: room for the prompt first, then what the prefill server computed for it, then all tokens from there. source:
 * disaggregation/decode.py
 */
export const createDecodePart = ({engine, speed}: DecodeOptions) => {
  const queues = {bootstrap: 0, inflight: 0, prealloc: 0, transfer: 0};
  const failed = {bootstrap: 0, transfer: 0};
  const known = new Set<string>();

  /** Rejects with an Error that says why there is nothing. */
  const fetchFrom = async (origin: string, room: number, signal: AbortSignal): Promise<Delivery> => {
    const late = AbortSignal.timeout(Math.ceil(patience.waitingMs / speed)); // it takes whole milliseconds alone
    const either = AbortSignal.any([signal, late]);
    const reply = await fetch(`${origin}/simulator/rooms/${room}`, {method: 'POST', signal: either}).catch(() => null);
    const text = (await reply?.text().catch(() => null)) ?? null;
    if (late.aborted) throw new Error(timedOut(room, patience.waitingMs, 'WaitingForInput'));
    if (reply?.ok && text !== null) return JSON.parse(text) as Delivery;
    if (reply !== null && text !== null) throw new Error(text);
    // The connection broke. SGLang has none: it learns from its heartbeats that nobody is there any more.
    known.delete(origin);
    await delay((patience.heartbeatMs * patience.heartbeatFailures) / speed, undefined, {signal}).catch(() => {});
    throw new Error(`Lost connection with prefill instance (bootstrap_addr: ${origin.slice('http://'.length)})`);
  };

  const chat = (work: ChatWork, {host, port, room}: Bootstrap, id: string, heard: Heard): Cancel => {
    const origin = `http://${host}:${port}`;
    const request = `rank=0 decode_req.req.rid='${id}' decode_req.req.bootstrap_room=${room}`;
    const reservation = engine.reserve(work.promptTokens.length);
    const gone = new AbortController();
    let stop: Cancel = () => gone.abort();

    const fail = (stage: 'bootstrap' | 'transfer', reason: string) => {
      failed[stage]++;
      const what = stage === 'bootstrap' ? 'handshake' : 'transfer';
      const told = transferError(room, reason);
      const message = `Decode ${what} failed for request ${request} with exception ${told}`;
      heard.failed({kind: 'http', status: 500, message, param: null});
    };
    const preallocate = async () => {
      queues.prealloc++;
      const left = new Promise<null>(resolve => gone.signal.addEventListener('abort', () => resolve(null)));
      const greeted = known.has(origin) || (await handshake(origin, speed, gone.signal));
      if (greeted) known.add(origin);
      const holding = greeted ? await Promise.race([reservation.granted, left]) : null;
      queues.prealloc--;
      if (!greeted && !gone.signal.aborted) fail('bootstrap', 'Aborted by AbortReq.');
      return holding;
    };
    const run = async () => {
      const holding = await preallocate();
      if (holding === null) return reservation.giveBack();
      queues.transfer++;
      try {
        const delivery = await fetchFrom(origin, room, gone.signal);
        gone.signal.throwIfAborted();
        reservation.handOver();
        heard.arrived(delivery);
        const outputTokens = [delivery.first.token, ...work.outputTokens.slice(1)];
        stop = engine.decode({...work, outputTokens}, holding, delivery.cachedPromptTokens, heard.token);
      } catch (error) {
        reservation.giveBack();
        if (!gone.signal.aborted) fail('transfer', (error as Error).message);
      } finally {
        queues.transfer--;
      }
    };
    void run();
    return () => stop();
  };

  return {chat, stats: (): PdStats => ({part: 'decode', queues, transfers: null, failed})};
};
