import type {ChatReply, ChatStreamOptions} from './chat-stream.ts';
import {jsonPage} from './dialects/dialect.ts';
import {sendPage} from './exchange.ts';

/** Writes a reply in one piece, when all of it is there. */
export const wholeReply = (options: Omit<ChatStreamOptions, 'fault' | 'nowMs'>): ChatReply => {
  const {response, dialect, facts, texts, truth} = options;
  let over = false;

  const send = (why: 'length' | 'abort') => {
    over = true;
    const {cachedPromptTokens, outputTokens} = truth;
    const text = texts.slice(0, outputTokens).join('');
    sendPage(response, jsonPage(dialect.chatReply({...facts, cachedPromptTokens}, text, outputTokens, why)));
    truth.end(why === 'length' ? 'ok' : 'aborted');
  };

  return {
    token({generated, last}) {
      if (over) return;
      truth.outputTokens = generated;
      if (last) send('length');
    },
    fail(problem) {
      if (over) return;
      over = true;
      sendPage(response, jsonPage(dialect.errorBody(problem), problem.status));
      truth.end(problem.status < 500 ? 'rejected' : 'failed');
    },
    abort() {
      if (!over) send('abort');
    },
    stop() {
      over = true;
    },
  };
};
