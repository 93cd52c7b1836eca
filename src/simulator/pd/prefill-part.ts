import type {Cancel, ChatWork, Engine} from '../engine.ts';
import {type Bootstrap, type PdStats, patience, timedOut, transferError} from './bootstrap.ts';
import type {Link} from './link.ts';
import type {Heard} from './part.ts';
import type {Rooms} from './rooms.ts';
import {createTransfers} from './transfers.ts';

interface PrefillOptions {
  readonly engine: Engine;
  readonly rooms: Rooms;
  readonly link: Link;
  readonly kvBytesPerToken: number;
  readonly speed: number;
  readonly nowMs: () => number;
}

/**
 * The prefill half: a prompt is computed when the decode server has room for it, stays in the pool until the link has brought it
 * over, and then the request is answered with its one token. source: disaggregation/prefill.py
 */
export const createPrefillPart = ({engine, rooms, link, kvBytesPerToken, speed, nowMs}: PrefillOptions) => {
  const queues = {bootstrap: 0, inflight: 0, prealloc: 0, transfer: 0};
  const failed = {bootstrap: 0, transfer: 0};
  const transfers = createTransfers();

  const chat = (work: ChatWork & {firstText: string}, {room}: Bootstrap, id: string, heard: Heard): Cancel => {
    const meeting = rooms.enter(room);
    const queuedMs = nowMs();
    const request = `rank=0 req.rid='${id}' req.bootstrap_room=${room}`;
    let stage: keyof typeof failed | 'over' = 'bootstrap';
    let undo: Cancel[] = [];
    queues.bootstrap++;

    const end = () => {
      queues[stage === 'bootstrap' ? 'bootstrap' : 'inflight'] -= stage === 'over' ? 0 : 1;
      stage = 'over';
      clearTimeout(timer);
      for (const step of undo) step();
    };
    const fail = (reason: string) => {
      if (stage === 'over') return;
      const told = transferError(room, reason);
      const message = `Prefill ${stage} failed for request ${request} with exception ${told}`;
      failed[stage]++;
      end();
      meeting.fail(reason);
      heard.failed({kind: 'http', status: 500, message, param: null});
    };
    const timer = setTimeout(
      () => fail(timedOut(room, patience.bootstrapMs, 'Bootstrapping')),
      patience.bootstrapMs / speed,
    ).unref();

    meeting.gone.addEventListener('abort', () => fail('Aborted by AbortReq.'));
    void meeting.asked.then(() => {
      if (stage === 'over' || meeting.gone.aborted) return;
      clearTimeout(timer);
      const startedMs = nowMs();
      queues.bootstrap--;
      queues.inflight++;
      stage = 'transfer';
      const free = engine.prefill(work, event => {
        const prefilledMs = nowMs();
        const bytes = work.promptTokens.length * kvBytesPerToken;
        const arrived = () => {
          const transferredMs = nowMs();
          transfers.observe({bootstrapMs: startedMs - queuedMs, latencyMs: transferredMs - prefilledMs, bytes});
          end();
          const phases = {room, startedMs, prefilledMs, transferredMs};
          const {cachedPromptTokens} = event;
          const first = {token: work.outputTokens[0] ?? 0, text: work.firstText};
          meeting.deliver({phases, first, cachedPromptTokens});
          heard.arrived({phases, first, cachedPromptTokens});
          heard.token(event);
        };
        undo.push(link.send(bytes, arrived));
      });
      undo = [free];
    });

    return () => {
      if (stage === 'over') return;
      end();
      meeting.fail('Aborted by AbortReq.');
    };
  };

  return {chat, stats: (): PdStats => ({part: 'prefill', queues, transfers: transfers.read(), failed})};
};
