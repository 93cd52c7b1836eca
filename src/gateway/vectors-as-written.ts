import {countAt, parseJson, valueAt} from '../engines/json-field.ts';

const [tab, lineFeed, carriageReturn, space] = [9, 10, 13, 32];
const [plus, comma, minus, dot, zero, nine] = [43, 44, 45, 46, 48, 57];
const [upperE, closing, lowerE] = [69, 93, 101];
/** What is written in fewer characters, with an exponent of two digits at most, is finite. */
const longestNumber = 40;

const isDigit = (code: number) => code >= zero && code <= nine;
const isSpace = (code: number) => code === space || code === lineFeed || code === tab || code === carriageReturn;

/** Where the number that begins at `at` ends; -1 where JSON has none there, or one that may be too large for a double. */
const numberEnd = (text: string, from: number): number => {
  let at = from;
  const digits = (): number => {
    const start = at;
    while (isDigit(text.charCodeAt(at))) at += 1;
    return at - start;
  };
  if (text.charCodeAt(at) === minus) at += 1;
  const leadingZero = text.charCodeAt(at) === zero;
  const whole = digits();
  if (whole === 0 || (leadingZero && whole > 1)) return -1;
  if (text.charCodeAt(at) === dot) {
    at += 1;
    if (digits() === 0) return -1;
  }
  const exponent = text.charCodeAt(at);
  if (exponent === lowerE || exponent === upperE) {
    at += 1;
    const sign = text.charCodeAt(at);
    if (sign === plus || sign === minus) at += 1;
    const size = digits();
    if (size === 0 || size > 2) return -1;
  }
  return at - from > longestNumber ? -1 : at;
};

/** Behind the `]` of a list of numbers whose `[` is before `from`; -1 where it is none, or empty. */
const listEnd = (text: string, from: number): number => {
  for (let at = from; ; at += 1) {
    while (isSpace(text.charCodeAt(at))) at += 1;
    at = numberEnd(text, at);
    if (at < 0) return -1;
    while (isSpace(text.charCodeAt(at))) at += 1;
    const code = text.charCodeAt(at);
    if (code === closing) return at + 1;
    if (code !== comma) return -1;
  }
};

const key = /(?<!\\)"embedding"\s*:\s*\[/g;

/**
 * The vectors of OpenAI's embedding list in the texts' order, each as the JSON that the engine wrote, and the reply's `usage`. To
 * make 32,768 doubles of text and text of them again would hold every other request up for longer than the engine takes; that they
 * are numbers is checked all the same. Null where the reply is not of that form: it is for `readEmbeddings` to say what it is.
 */
export const vectorsAsWritten = (text: string, texts: number): {vectors: readonly string[]; usage: unknown} | null => {
  const written: string[] = [];
  /** The reply with the number of a vector in each vector's place. */
  let frame = '';
  let copied = 0;
  key.lastIndex = 0;
  for (let found = key.exec(text); found !== null; found = key.exec(text)) {
    const start = key.lastIndex;
    const end = listEnd(text, start);
    if (end < 0) return null;
    frame += `${text.slice(copied, start)}${written.length}]`;
    written.push(text.slice(start - 1, end));
    copied = end;
    key.lastIndex = end;
  }
  const reply = parseJson(frame + text.slice(copied));
  const data = valueAt(reply, 'data');
  if (!Array.isArray(data) || data.length !== texts || written.length !== texts) return null;
  const places = new Map(data.map(entry => [countAt(entry, 'index'), countAt(entry, 'embedding', 0)]));
  const vectors = Array.from({length: texts}, (_, index) => written[places.get(index) ?? -1]);
  if (!vectors.every(vector => vector !== undefined)) return null;
  return {vectors, usage: valueAt(reply, 'usage')};
};
