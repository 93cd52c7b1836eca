import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

const plain = {version: '1.0', added_tokens: [], normalizer: null, post_processor: null, decoder: null};

/** Every character is a token. */
export const ofCharacters = {
  ...plain,
  pre_tokenizer: null,
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(
      ['<unk>', '\n', '\t', ...Array.from({length: 95}, (_, at) => String.fromCharCode(32 + at))].map((key, id) => [
        key,
        id,
      ]),
    ),
    merges: [],
    unk_token: '<unk>',
    byte_fallback: false,
    ignore_merges: false,
  },
};

/** Every word between white space is a token, with two more around a text, as BERT has them. */
export const ofWords = {
  ...plain,
  pre_tokenizer: {type: 'WhitespaceSplit'},
  post_processor: {type: 'BertProcessing', sep: ['[SEP]', 1], cls: ['[CLS]', 2]},
  model: {
    type: 'WordPiece',
    vocab: {'[UNK]': 0, '[SEP]': 1, '[CLS]': 2},
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
  },
};

/** Writes one of them where a model's folder has it; gives the file. */
export const tokenizerFile = async (folder: string, tokenizer: object): Promise<string> => {
  const file = join(folder, 'tokenizer.json');
  await writeFile(file, JSON.stringify(tokenizer));
  return file;
};
