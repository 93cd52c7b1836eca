/** Fields of a trace's lines by their names. */
export interface LineFields {
  /** As the first line has them. */
  readonly names: readonly string[];
  /** What a line has under a name: undefined for nothing; null instead of all for a line that cannot be read. */
  read(line: string): ((name: string) => unknown) | null;
}

/** Null for what is not a JSON object. */
const objectOf = (line: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};

/** The columns of a line, without the quotes around them. */
export const splitColumns = (line: string, separator: string): readonly string[] => {
  if (!line.includes('"')) return line.split(separator).map(column => column.trim());
  const columns: string[] = [];
  let column = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      columns.push(column.trim());
      column = '';
    } else column += character;
  }
  return [...columns, column.trim()];
};

/** What stands between the columns of a header. */
export const separatorOf = (header: string): string =>
  ['\t', ';', ','].find(separator => header.includes(separator)) ?? ',';

/** How to find the fields of a trace whose first line, a header or a JSON object, is this one. */
export const lineFieldsOf = (first: string): LineFields => {
  if (first.trimStart().startsWith('{'))
    return {
      names: Object.keys(objectOf(first) ?? {}),
      read(line) {
        const object = objectOf(line);
        return object && (name => object[name]);
      },
    };
  const separator = separatorOf(first);
  const names = splitColumns(first, separator);
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    names,
    read(line) {
      const columns = splitColumns(line, separator);
      return name => columns[places.get(name) ?? -1];
    },
  };
};
