import {hash} from 'node:crypto';

/** Of a system prompt: some 700 tokens, more than a page of any cache. */
const rules = 40;

/** A system prompt for each name: no two share a beginning that a prefix cache could find. */
export const systemPrompt = (name: string): string => {
  const lines = Array.from(
    {length: rules},
    (_, place) => `Rule ${place + 1}: say in a few plain words what function ${place * 7 + 3} does, and then stop.`,
  );
  return [`${hash('sha256', name).slice(0, 12)} ${name}. You answer questions about code.`, ...lines].join('\n');
};

/** Each shorter than the one before: only a prompt that has all that was said before grows. */
export const questions = [
  'What does function 3 of the rules do, what is it called with, and what does it give back to its caller in the end?',
  'What does function 10 of the rules do, and what is it called with?',
  'And what does function 17 do?',
  'And function 24?',
] as const;
