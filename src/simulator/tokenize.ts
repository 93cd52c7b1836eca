import type {z} from 'zod';
import {readBody, tokenizeBody} from './bodies.ts';
import {jsonPage} from './dialects/dialect.ts';
import {type Exchange, readText, sendPage} from './exchange.ts';
import {modelOf, type Service} from './service.ts';
import {encode, encodeChat, encodeForEmbedding} from './tokenizer.ts';

const tokensOf = (body: z.output<typeof tokenizeBody>): number[] => {
  if ('messages' in body) return encodeChat(body.messages, body.add_generation_prompt);
  const tokens = encode(body.prompt);
  return body.add_special_tokens ? encodeForEmbedding(tokens) : tokens;
};

export const answerTokenize = async (service: Service, {request, response}: Exchange): Promise<void> => {
  const body = readBody(tokenizeBody, await readText(request));
  modelOf(service, body.model);
  const tokens = tokensOf(body);
  sendPage(response, jsonPage(service.dialect.tokenizeReply(tokens, service.contextTokens.chat)));
};
