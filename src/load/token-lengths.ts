import type {Endpoint, Engine} from '../engines/engine.ts';
import type {Finding} from '../schema/finding.ts';
import type {TokenLengths} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import {systemPrompt} from '../workloads/corpus.ts';
import {codeSamples, questionSamples, textSamples} from '../workloads/length-samples.ts';
import {estimateOf, type TokenLength} from '../workloads/token-estimate.ts';
import {type TokenCounts, TokenPage} from './token-page.ts';

/** All code that prompts are made of. */
export const corpusText = codeSamples.join('');

/** What a tokenizer.json makes of the workloads' code and texts. */
export interface LocalCount {
  readonly counts: TokenCounts;
  readonly tokenizer: NonNullable<TokenLengths['tokenizer']>;
}

interface LengthsOptions {
  readonly engine: Engine;
  /** One for each role that is sent prompts. */
  readonly endpoints: readonly Endpoint[];
  /** By the tokenizers that were named, which go before the server. */
  readonly local: Readonly<Partial<Record<Role, LocalCount>>>;
  readonly signal: AbortSignal;
}

interface MeasuredLengths {
  readonly lengths: TokenLengths[];
  readonly findings: Finding[];
}

/**
 * What prompts of a role are cut by. `framing` is what the chat template makes of the system prompt and an empty question;
 * null where nobody tells, and for encoders. Two decimals and whole tokens, so that engines with one tokenizer get the
 * same bytes however their counts end.
 */
const tokenLength = (role: Role, counts: TokenCounts, framing: number | null): TokenLength => {
  const charactersPerToken = Math.round((corpusText.length / counts.code) * 100) / 100;
  /** In the mean of the samples, beyond their characters. */
  const excess = (tokens: number, samples: readonly string[]) =>
    (tokens - samples.join('').length / charactersPerToken) / samples.length;
  const template = framing === null ? 0 : framing - systemPrompt.length / charactersPerToken;
  const beyond = {
    chat: () => excess(counts.questions, questionSamples) + template,
    embed: () => excess(counts.texts, textSamples) + counts.special,
    // A document's length is its own: usage has the question and the special tokens as well, once for each document.
    rerank: () => excess(counts.texts, textSamples),
  };
  return {charactersPerToken, fixedTokens: Math.round(beyond[role]())};
};

const estimated = (role: Role, {title}: Engine): Finding => ({
  code: 'lengths-estimated',
  severity: 'note',
  message: `Prompts of ${role} are cut by an estimate, ${estimateOf(role).charactersPerToken} characters a token: ${title} did not say what a text comes to in tokens`,
  hint: "Name the model's tokenizer.json with --tokenizer.",
});

/** Beyond 1 % the file is another model's, or the server tokenises in another way; null where both agree. */
const disagreement = (role: Role, local: LocalCount, served: number): Finding | null => {
  if (Math.abs(local.counts.code - served) <= served / 100) return null;
  const counts = `${local.tokenizer.file} makes ${local.counts.code} tokens of ${corpusText.length} characters of code`;
  return {
    code: 'token-count',
    severity: 'warning',
    message: `${counts}, and the ${role} server ${served}: prompts are cut by another tokenizer than the server's`,
    hint: 'Name the tokenizer.json of the model that is served, or leave --tokenizer out.',
  };
};

/**
 * What prompts of each role are cut by: as its tokenizer.json counts where one was named, else as its server counts, else
 * by the estimate, with a note. The chat template is the server's to tell either way. Rejects only with the signal's reason.
 */
export const measureTokenLengths = async (options: LengthsOptions): Promise<MeasuredLengths> => {
  const {engine, endpoints, local, signal} = options;
  const asked = new Map<string, Promise<TokenCounts | null>>();
  const lengths: TokenLengths[] = [];
  const findings: Finding[] = [];
  for (const endpoint of endpoints) {
    const {role, url, model} = endpoint;
    const page = engine.tokenize === null ? null : new TokenPage(engine.tokenize, endpoint, signal);
    const place = `${url} ${model}`;
    if (page !== null && !asked.has(place)) asked.set(place, page.counts());
    const byServer = (await asked.get(place)) ?? null;
    const byFile = local[role];
    const counts = byFile?.counts ?? byServer;
    if (counts === null) {
      lengths.push({role, from: 'estimate', ...estimateOf(role), tokenizer: null});
      findings.push(estimated(role, engine));
      continue;
    }
    const framing = role === 'chat' && page !== null ? await page.framing() : null;
    const cut = tokenLength(role, counts, framing);
    if (byFile === undefined) lengths.push({role, from: 'server', ...cut, tokenizer: null});
    else lengths.push({role, from: 'tokenizer', ...cut, tokenizer: byFile.tokenizer});
    const found = byFile && byServer && disagreement(role, byFile, byServer.code);
    if (found) findings.push(found);
  }
  return {lengths, findings};
};
