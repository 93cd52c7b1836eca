import type {ChatMessage} from '../schema/request.ts';

/** All that was said in a conversation, the oldest first. Never changed, only followed by another: what failed was not said. */
export type History = readonly ChatMessage[];

/** A conversation in which nothing was asked yet; null is without a system prompt. */
export const newHistory = (systemPrompt: string | null): History =>
  systemPrompt === null ? [] : [{role: 'system', content: systemPrompt}];

/** What is sent to ask `question`: everything that was said, byte for byte, and the question. */
export const withQuestion = (history: History, question: string): History => [
  ...history,
  {role: 'user', content: question},
];

/**
 * What was asked and the engine's reply to it. The reply is kept as it came, spaces and all: a prefix cache finds what an
 * engine wrote only if it is sent back unchanged.
 */
export const withReply = (asked: History, reply: string): History => [...asked, {role: 'assistant', content: reply}];

/**
 * A written conversation with what was really said in place of its replies: the first reply for the first of them, and so
 * on. Null where one of them was not given.
 */
export const withReplies = (script: History, replies: readonly (string | undefined)[]): History | null => {
  let history: History = [];
  let given = 0;
  for (const message of script) {
    if (message.role !== 'assistant') {
      history = [...history, message];
      continue;
    }
    const reply = replies[given];
    if (reply === undefined) return null;
    given += 1;
    history = withReply(history, reply);
  }
  return history;
};
