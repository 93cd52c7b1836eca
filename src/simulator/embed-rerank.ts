import {embedBody, invalidAt, Refusal, readBody, rerankBody} from './bodies.ts';
import {jsonPage} from './dialects/dialect.ts';
import {type Asked, readText, sendPage} from './exchange.ts';
import {modelOf, nowSeconds, refuseIfTooLong, type Service} from './service.ts';
import {encode, encodeForEmbedding, encodePair} from './tokenizer.ts';
import {cutTo, embed, embeddingDimensions, relevanceLogit} from './vectors.ts';

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Checks the lengths, runs the items through the engine and sends the reply that is made when they are done. */
const pool = (
  service: Service,
  kind: 'embed' | 'rerank',
  {response, receivedMs, truth}: Asked,
  items: readonly (readonly number[])[],
  reply: () => object,
) => {
  const itemTokens = items.map(tokens => tokens.length);
  for (const tokens of itemTokens) refuseIfTooLong(service, kind, tokens, null);
  truth.promptTokens = sum(itemTokens);
  const cancel = service.engine.pool(kind, {receivedMs, itemTokens}, () => {
    sendPage(response, jsonPage(reply()));
    truth.end('ok');
  });
  response.once('close', cancel);
};

/** `nameOf` is what the refusal calls the text at an index. */
const refuseBlank = (service: Service, texts: readonly unknown[], nameOf: (index: number) => string) => {
  const blank = texts.findIndex(text => typeof text === 'string' && text.trim() === '');
  if (service.dialect.takesBlankText || blank < 0) return;
  const message = `${nameOf(blank)} cannot be empty or whitespace only`;
  throw new Refusal({kind: 'refused', status: 400, message, param: null});
};

export const answerEmbed = async (service: Service, asked: Asked): Promise<void> => {
  const body = readBody(embedBody, await readText(asked.request));
  const model = modelOf(service, body.model);
  refuseBlank(service, body.input, index => `Input at index ${index}`);
  const dimensions = body.dimensions ?? embeddingDimensions;
  if (body.dimensions != null) {
    const {model: served, matryoshka} = service.config;
    const problem = service.dialect.badDimensions(body.dimensions, {
      model: served,
      matryoshka,
      size: embeddingDimensions,
    });
    if (problem !== null) throw new Refusal(problem);
  }
  const items = body.input.map(input => encodeForEmbedding(typeof input === 'string' ? encode(input) : input));
  const facts = {
    requestId: asked.requestId,
    createdSeconds: nowSeconds(),
    model,
    servedModel: service.config.model,
    encoding: body.encoding_format,
    promptTokens: sum(items.map(tokens => tokens.length)),
  };
  const vectors = items.map(tokens => cutTo(embed(tokens), dimensions));
  pool(service, 'embed', asked, items, () => service.dialect.embedReply({...facts, vectors}));
};

export const answerRerank = async (service: Service, asked: Asked): Promise<void> => {
  const body = readBody(rerankBody, await readText(asked.request));
  const model = modelOf(service, body.model);
  refuseBlank(service, [body.query], () => 'Query');
  refuseBlank(service, body.documents, () => 'Each document');
  if (body.top_n != null && body.top_n < service.dialect.leastTopN)
    throw invalidAt(['body', 'top_n'], 'value_error', 'Value error, parameter top_n should be larger than 0.');
  const query = encode(body.query);
  const items = body.documents.map(document => encodePair(body.query, document));
  const facts = {
    requestId: asked.requestId,
    model,
    topN: body.top_n ?? null,
    returnDocuments: body.return_documents,
    useActivation: body.use_activation ?? true,
    receivedSeconds: Date.now() / 1000,
    documents: body.documents.map((text, index) => ({
      text,
      logit: relevanceLogit(query, encode(text)),
      promptTokens: items[index]?.length ?? 0,
    })),
  };
  pool(service, 'rerank', asked, items, () =>
    service.dialect.rerankReply({...facts, finishedSeconds: Date.now() / 1000}),
  );
};
