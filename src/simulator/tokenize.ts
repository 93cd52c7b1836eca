import {readBody, tokenizeBody} from './bodies.ts';
import {jsonPage} from './dialects/dialect.ts';
import {type Exchange, readText, sendPage} from './exchange.ts';
import {modelOf, type Service} from './service.ts';
import {encode, encodeChat} from './tokenizer.ts';

export const answerTokenize = async (service: Service, {request, response}: Exchange): Promise<void> => {
  const body = readBody(tokenizeBody, await readText(request));
  modelOf(service, body.model);
  const tokens = 'prompt' in body ? encode(body.prompt) : encodeChat(body.messages, body.add_generation_prompt);
  sendPage(response, jsonPage(service.dialect.tokenizeReply(tokens, service.contextTokens)));
};
