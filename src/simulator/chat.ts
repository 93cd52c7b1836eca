import {chatBody, Refusal, readBody} from './bodies.ts';
import {chatStream} from './chat-stream.ts';
import {monotonicMs} from './driver.ts';
import type {Cancel, ChatWork} from './engine.ts';
import {type Asked, readText} from './exchange.ts';
import {namedIn} from './model/names.ts';
import {generate} from './output.ts';
import type {Bootstrap} from './pd/bootstrap.ts';
import type {Heard} from './pd/part.ts';
import {type InFlight, nowSeconds, refuseIfTooLong, type Service} from './service.ts';
import {encodeChat} from './tokenizer.ts';
import {wholeReply} from './whole-reply.ts';

/** Real engines go on to the end of the context; a simulation that was told nothing stops early. */
const defaultOutputTokens = 16;

interface BootstrapFields {
  readonly bootstrap_host?: string | null | undefined;
  readonly bootstrap_port?: number | null | undefined;
  readonly bootstrap_room?: number | null | undefined;
}

/** Has the engine do the work, or with another server its part of it. */
const begin = (
  {engine, part, config}: Service,
  id: string,
  work: ChatWork & {firstText: string},
  fields: BootstrapFields,
  heard: Heard,
): Cancel => {
  if (part === null) return engine.chat(work, heard.token);
  const {bootstrap_host: host, bootstrap_port: port, bootstrap_room: room} = fields;
  if (room == null) {
    const message = `Invalid request: Disaggregated request received without bootstrap room id. req.rid='${id}'`;
    heard.failed({kind: 'value', status: 400, message, param: null});
    return () => {};
  }
  const bootstrap: Bootstrap = {host: host ?? '127.0.0.1', port: port ?? config.bootstrapPort, room};
  return part.chat(work, bootstrap, id, heard);
};

/**
 * Answers one chat request. There is no end-of-text token here: with ignore_eos and without, exactly as many tokens are generated
 * as were asked for.
 */
export const answerChat = async (service: Service, asked: Asked): Promise<void> => {
  const {request, response, receivedMs, requestId, truth} = asked;
  const {dialect, config, contextTokens, pageTokens} = service;
  const body = readBody(chatBody, await readText(request));
  const {model, adapter, cacheKey} = await namedIn(service, body);
  const promptTokens = encodeChat(body.messages);
  const wanted = body.max_completion_tokens ?? body.max_tokens ?? null;
  refuseIfTooLong(service, 'chat', promptTokens.length, wanted);
  const fault = service.nextFault();
  if (fault?.kind === 'unavailable') {
    truth.end('fault:unavailable');
    throw new Refusal({kind: 'http', status: 503, message: 'The simulated engine was told to refuse.', param: null});
  }
  truth.promptTokens = promptTokens.length;
  const leave = await service.model.gate.enter();
  if (response.closed) return leave();
  if (service.asleep.tags.size > 0)
    service.fatal.abort(new Error('CUDA error: an illegal memory access was encountered'));

  const length = wanted ?? Math.max(1, Math.min(defaultOutputTokens, contextTokens.chat - promptTokens.length));
  // A prefill server makes the first token and no more.
  const outputTokens = config.part === 'prefill' ? 1 : length;
  const output = generate(service.model.answerSeed(config.seed, adapter), promptTokens, outputTokens);
  const texts = [...output.texts];
  const streamed = body.stream === true;
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
  if (streamed)
    response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache'});
  const options = {response, dialect, facts, texts, fault, truth, nowMs: monotonicMs};
  const reply = streamed ? chatStream(options) : wholeReply(options);
  const heard: Heard = {
    token(event) {
      truth.cachedPromptTokens = event.cachedPromptTokens;
      reply.token(event);
    },
    arrived({phases, first}) {
      truth.phases = phases;
      texts[0] = first.text;
    },
    failed: reply.fail,
  };
  const work = {receivedMs, promptTokens, outputTokens: output.tokens, streamed, cacheKey, firstText: texts[0] ?? ''};
  const cancel = begin(service, requestId, work, body, heard);
  const {promise: over, resolve} = Promise.withResolvers<void>();
  const inFlight: InFlight = {
    abort() {
      cancel();
      reply.abort();
    },
    adapter: adapter?.name ?? null,
    over,
  };
  service.inFlight.add(inFlight);
  response.once('close', () => {
    reply.stop();
    cancel();
    service.inFlight.delete(inFlight);
    leave();
    resolve();
  });
};
