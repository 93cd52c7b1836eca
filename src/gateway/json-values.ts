const [quote, comma, backslash, bracket, brace] = [0x22, 0x2c, 0x5c, 0x5b, 0x7b];

/** Of the quote that ends the text which begins at `start`. Most texts have none within them, and need no look at each byte. */
const endOfText = (bytes: Buffer, start: number): number => {
  const next = bytes.indexOf(quote, start + 1);
  if (next < 0) return bytes.length;
  if (bytes[next - 1] !== backslash) return next;
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
};

/**
 * Whether JSON text in UTF-8 has more than `most` values, counted by the commas and openings of lists and objects outside of texts.
 * Looks no further than that, and at nothing shorter than such a text can be; of what is no JSON the answer means nothing.
 */
export const hasMoreValues = (bytes: Buffer, most: number): boolean => {
  if (bytes.length <= most) return false;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfText(bytes, at);
    else if (byte === comma || byte === bracket || byte === brace) {
      values += 1;
      if (values > most) return true;
    }
  }
  return false;
};
