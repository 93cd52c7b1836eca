import {expect, test} from 'vitest';
import {maskOf} from './secrets.ts';

test('values of secret flags and variables are hidden in words and in text', () => {
  const mask = maskOf(
    ['env', 'HF_TOKEN=hf_abcdef', 'serve', '--api-key', 'sk-12345', '--admin-api-key=sk-67890', '--port', '8000'],
    {
      OPENAI_API_KEY: 'from-environment',
    },
  );
  expect(mask.words(['--api-key', 'sk-12345', '--admin-api-key=sk-67890'])).toEqual([
    '--api-key',
    '***',
    '--admin-api-key=***',
  ]);
  expect(mask.text('args: hf_abcdef sk-12345 from-environment 8000')).toBe('args: *** *** *** 8000');
});

test.each(['DB_PASSWD', 'KEY_PASSPHRASE', 'AWS_CREDENTIALS', 'NETRC_CREDENTIAL', 'REGISTRY_AUTH'])(
  'the variable %s is a secret',
  name => {
    expect(maskOf([], {[name]: 'hunter-2'}).text('hunter-2')).toBe('***');
  },
);

test('sizes in tokens and short values are no secrets', () => {
  const words = ['--max-total-tokens', '4096000', '--stop-token', '7', '--enable-prompt-tokens-details'];
  expect(maskOf(words, {SORT_KEY: 'a'}).words(words)).toEqual(words);
});

test('a flag after a secret flag without a value is no secret', () => {
  const words = ['--token', '--model', 'some/model'];
  expect(maskOf(words, {}).words(words)).toEqual(words);
});

test('a secret that begins with another one is hidden whole', () => {
  expect(maskOf([], {A_KEY: 'abcdef', B_KEY: 'abcdefgh'}).text('abcdefgh')).toBe('***');
});

test("the user's part of a proxy's URL is hidden, and its host is not", () => {
  const mask = maskOf([], {
    HTTPS_PROXY: 'http://alice:p%40ssword@proxy.example:3128',
    http_proxy: 'http://a-long-user@proxy.example:3128',
    NO_PROXY: 'localhost,127.0.0.1',
    HF_ENDPOINT: 'https://hub.example',
  });
  expect(mask.text('via http://alice:p%40ssword@proxy.example:3128 with p@ssword for hub.example')).toBe(
    'via http://***@proxy.example:3128 with *** for hub.example',
  );
  expect(mask.text('a-long-user on localhost')).toBe('*** on localhost');
});
