import {chatBody, Refusal, readBody} from './bodies.ts';
import {chatStream} from './chat-stream.ts';
import {jsonPage} from './dialects/dialect.ts';
import {monotonicMs} from './driver.ts';
import {type Asked, readText, sendPage} from './exchange.ts';
import {generate} from './output.ts';
import {modelOf, nowSeconds, refuseIfTooLong, type Service} from './service.ts';
import {encodeChat} from './tokenizer.ts';

/** Real engines go on to the end of the context; a simulation that was told nothing stops early. */
const defaultOutputTokens = 16;

/**
 * Answers one chat request. There is no end-of-text token here: with ignore_eos and without, exactly as many tokens are generated
 * as were asked for.
 */
export const answerChat = async (service: Service, asked: Asked): Promise<void> => {
  const {request, response, receivedMs, requestId, truth} = asked;
  const {dialect, engine, config, contextTokens, pageTokens} = service;
  const body = readBody(chatBody, await readText(request));
  const model = modelOf(service, body.model);
  const promptTokens = encodeChat(body.messages);
  const wanted = body.max_completion_tokens ?? body.max_tokens ?? null;
  refuseIfTooLong(service, 'chat', promptTokens.length, wanted);
  const fault = service.nextFault();
  if (fault?.kind === 'unavailable') {
    truth.end('fault:unavailable');
    throw new Refusal({kind: 'http', status: 503, message: 'The simulated engine was told to refuse.', param: null});
  }
  const outputTokens = wanted ?? Math.max(1, Math.min(defaultOutputTokens, contextTokens.chat - promptTokens.length));
  const output = generate(config.seed, promptTokens, outputTokens);
  const includeUsage = body.stream_options?.include_usage === true;
  const facts = {
    requestId,
    createdSeconds: nowSeconds(),
    model,
    promptTokens: promptTokens.length,
    pageTokens,
    reportsCachedTokens: config.reportsCachedTokens,
    includeUsage,
    continuousUsage: includeUsage && body.stream_options?.continuous_usage_stats === true,
  };
  truth.promptTokens = promptTokens.length;
  const work = {receivedMs, promptTokens, outputTokens: output.tokens, streamed: body.stream === true};

  if (!work.streamed) {
    const cancel = engine.chat(work, ({last, generated, cachedPromptTokens}) => {
      truth.cachedPromptTokens = cachedPromptTokens;
      truth.outputTokens = generated;
      if (!last) return;
      sendPage(response, jsonPage(dialect.chatReply({...facts, cachedPromptTokens}, output.texts.join(''), generated)));
      truth.end('ok');
    });
    response.once('close', cancel);
    return;
  }

  response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache'});
  const stream = chatStream({response, dialect, facts, texts: output.texts, fault, truth, nowMs: monotonicMs});
  const cancel = engine.chat(work, event => {
    truth.cachedPromptTokens = event.cachedPromptTokens;
    stream.token(event);
  });
  response.once('close', () => {
    stream.stop();
    cancel();
  });
};
