import type {TokenLengths} from '../schema/record.ts';

const sourceText = ({from, tokenizer}: TokenLengths): string => {
  switch (from) {
    case 'server':
      return "by the server's tokenizer";
    case 'tokenizer':
      return `by ${tokenizer?.file} (sha256 ${tokenizer?.sha256.slice(0, 8)})`;
    case 'estimate':
      return 'by an estimate';
  }
};

/** With the roles where they differ; empty where there is nothing. */
const beyondText = (lengths: readonly TokenLengths[]): string => {
  const [one = 0, ...others] = new Set(lengths.map(({fixedTokens}) => fixedTokens));
  if (others.length === 0) return one === 0 ? '' : ` plus ${one} tokens that every prompt has`;
  return ` plus ${lengths.map(({role, fixedTokens}) => `${fixedTokens} (${role})`).join(', ')} tokens that every prompt has`;
};

/**
 * `by the server's tokenizer, 3.78 characters a token plus 14 tokens that every prompt has`: how prompts were cut, roles by name where they
 * differ; null where it is not told.
 */
export const tokenLengthsText = (lengths: readonly TokenLengths[]): string | null => {
  const groups = Map.groupBy(
    lengths,
    length => `${sourceText(length)}, ${length.charactersPerToken} characters a token`,
  );
  const texts = [...groups].map(([text, of]) => ({roles: of.map(({role}) => role), text: text + beyondText(of)}));
  if (texts.length < 2) return texts[0]?.text ?? null;
  return texts.map(({roles, text}) => `${roles.join(' and ')} ${text}`).join('; ');
};
