/** Takes text piece by piece and hands on each whole line, without its end. */
export const splitLines = (onLine: (line: string) => void): ((piece: string) => void) => {
  let rest = '';
  return piece => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
};
