import {expect, test} from 'vitest';
import type {TokenLengths} from '../schema/record.ts';
import {tokenLengthsText} from './token-lengths-text.ts';

const chat: TokenLengths = {role: 'chat', from: 'server', charactersPerToken: 3.78, fixedTokens: 0, tokenizer: null};
const embed: TokenLengths = {
  role: 'embed',
  from: 'tokenizer',
  charactersPerToken: 3.12,
  fixedTokens: 0,
  tokenizer: {file: 'bert/tokenizer.json', sha256: '0123456789abcdef'},
};
const rerank: TokenLengths = {...chat, role: 'rerank', from: 'estimate', charactersPerToken: 3.1};

test('roles that were cut alike are not named', () => {
  expect(tokenLengthsText([chat, {...chat, role: 'embed'}])).toBe("by the server's tokenizer, 3.78 characters a token");
});

test('what is beyond the ratio is told, by role where it differs', () => {
  const beyond = {...chat, fixedTokens: 14};
  expect(tokenLengthsText([beyond])).toMatch(/, 3.78 characters a token plus 14 tokens that every prompt has$/);
  expect(tokenLengthsText([beyond, {...chat, role: 'embed', fixedTokens: 8}])).toMatch(
    / a token plus 14 \(chat\), 8 \(embed\) tokens that every prompt has$/,
  );
});

test('roles that differ are, each with what it was cut by', () => {
  expect(tokenLengthsText([chat, embed, rerank])).toBe(
    "chat by the server's tokenizer, 3.78 characters a token; embed by bert/tokenizer.json (sha256 01234567), 3.12 characters a token; rerank by an estimate, 3.1 characters a token",
  );
});

test('a record of before says nothing of it', () => {
  expect(tokenLengthsText([])).toBeNull();
});
