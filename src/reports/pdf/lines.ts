/** Breaks a text into lines: at spaces, between Chinese characters, and inside a word that alone is too wide. */

/** What stays with the character before it; a line must not begin with it. */
const PIECES =
  /\s+|[\p{Script=Han}（《“][，。；：、）》”！？…*]*|[，。；：、）》”！？…]+|[^\s\p{Script=Han}（《“，。；：、）》”！？…]+[，。；：、）》”！？…]*/gu;

/** @param widthOf in the unit of `width` */
export function linesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text, width, widthOf)) {
    if (line !== '' && widthOf((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  return [...lines, line.trimEnd()];
}

function piecesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  return (text.match(PIECES) ?? []).flatMap((piece) =>
    widthOf(piece.trimEnd()) > width ? [...piece] : [piece],
  );
}
