import {type Content, html, type Markup} from './markup.ts';

interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell names its row; null: not measured, or not told. */
  readonly rows: readonly (readonly Content[])[];
}

/** From here on a text is a sentence: on a small screen it must not become a column of single words. */
const proseCharacters = 40;

const cell = (content: Content): Markup => {
  if (content === null) return html`<td><span class="none">not known</span></td>`;
  const isProse = typeof content === 'string' && content.length > proseCharacters;
  return isProse ? html`<td class="prose">${content}</td>` : html`<td>${content}</td>`;
};

/** A table that scrolls by itself where it is too wide, by keyboard as well. */
export const dataTable = ({caption, columns, rows}: Table): Markup => html`
<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(column => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(
  ([name = null, ...cells]) => html`
<tr><th scope="row">${name}</th>${cells.map(cell)}</tr>`,
)}
</tbody></table></div>`;
