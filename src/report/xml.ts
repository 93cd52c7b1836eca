/** What XML 1.0 cannot hold even as a reference, and what a reader of a page should not meet. */
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As characters they would be spaces in an attribute.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

const escaped = (text: string) =>
  text.replace(forbidden, '\u{fffd}').replace(/[&<>"\t\n\r]/g, character => references[character] ?? character);

export interface XmlElement {
  readonly name: string;
  /** Null and undefined ones are left out. */
  readonly attributes?: Readonly<Record<string, string | number | null | undefined>>;
  readonly children?: readonly (XmlElement | string)[];
}

const lines = ({name, attributes = {}, children = []}: XmlElement, indent: string): string[] => {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const open = `${indent}<${name}${given.join('')}`;
  if (children.length === 0) return [`${open}/>`];
  if (children.every(child => typeof child === 'string'))
    return [`${open}>${children.map(escaped).join('')}</${name}>`];
  const inside = children.flatMap(child =>
    typeof child === 'string' ? [`${indent}  ${escaped(child)}`] : lines(child, `${indent}  `),
  );
  return [`${open}>`, ...inside, `${indent}</${name}>`];
};

/** An XML 1.0 document in UTF-8. Texts and attributes may hold anything: what XML cannot say becomes U+FFFD. */
export const xmlText = (root: XmlElement): string =>
  ['<?xml version="1.0" encoding="UTF-8"?>', ...lines(root, ''), ''].join('\n');
