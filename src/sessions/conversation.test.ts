import fc from 'fast-check';
import {expect, test} from 'vitest';
import {newHistory, withQuestion, withReplies, withReply} from './conversation.ts';

const system = {role: 'system', content: 'Be brief.'} as const;
const user = (content: string) => ({role: 'user', content}) as const;
const assistant = (content: string) => ({role: 'assistant', content}) as const;

test('a question follows all that was said, and a reply follows its question', () => {
  const asked = withQuestion(newHistory('Be brief.'), 'Why?');
  expect(asked).toEqual([system, user('Why?')]);
  expect(withQuestion(withReply(asked, ' Because.\n'), 'And?')).toEqual([
    system,
    user('Why?'),
    assistant(' Because.\n'),
    user('And?'),
  ]);
});

test('without a system prompt a conversation begins with its first question', () => {
  expect(withQuestion(newHistory(null), 'Why?')).toEqual([user('Why?')]);
});

test('what was said before is not changed by what is said after it', () => {
  const history = newHistory('Be brief.');
  withReply(withQuestion(history, 'Why?'), 'Because.');
  expect(history).toEqual([system]);
});

test('the replies of a script are replaced in their order, and those beyond it are left over', () => {
  const script = [system, user('a'), assistant('scripted 1'), user('b'), assistant('scripted 2'), user('c')];
  expect(withReplies(script, ['one', 'two', 'three'])).toEqual([
    system,
    user('a'),
    assistant('one'),
    user('b'),
    assistant('two'),
    user('c'),
  ]);
});

test('a script with more replies than were given cannot be said', () => {
  expect(withReplies([user('a'), assistant('scripted'), user('b')], [])).toBeNull();
  expect(withReplies([user('a')], [])).toEqual([user('a')]);
});

test('a script that is replayed with replies is the conversation that was held', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), fc.string(), (turns, last) => {
      let held = newHistory('Be brief.');
      let script = held;
      for (const [question, reply] of turns) {
        held = withReply(withQuestion(held, question), reply);
        script = withReply(withQuestion(script, question), 'scripted');
      }
      const replies = turns.map(([, reply]) => reply);
      expect(withReplies(withQuestion(script, last), replies)).toEqual(withQuestion(held, last));
    }),
  );
});
