/**
 * Rows as a terminal shows them, in columns: the headings, then a line for each row. A column in which nothing stands is left out.
 * Control characters are shown as a replacement sign: some texts come from strangers, and a terminal would obey them.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [headings, ...rows].map((row) => row.map(printable));
  const columns = headings
    .map((_, column) => column)
    .filter((column) => lines.slice(1).some((line) => (line[column] ?? '') !== ''));
  const widths = columns.map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    columns
      .map((column, i) => (line[column] ?? '').padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The text without what a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
