/** A value of a reply as JSON, cut where it is long. */
export const shown = (value: unknown): string => {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= 100 ? json : `${json.slice(0, 99)}…`.toWellFormed();
};
