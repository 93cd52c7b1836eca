/** A list of numbers with one on each line. No text of a record can look like it: JSON has no line feed in its texts. */
const numberLines = /\[\n\s+((?:null|[-\d.eE+]+)(?:,\n\s+(?:null|[-\d.eE+]+))*)\n\s+\]/g;

/** A record as it is kept: indented for people, but with each list of numbers on one line. Ends in a line feed. */
export const recordText = (record: object): string => {
  const indented = JSON.stringify(record, null, 2);
  return `${indented.replace(numberLines, (_, numbers: string) => `[${numbers.replace(/,\n\s+/g, ', ')}]`)}\n`;
};
